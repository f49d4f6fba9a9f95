// Images that a thread decodes before the step that needs them: it reads files while other ranks are waited
// for.

internal import Foundation
internal import Images
internal import Synchronization

/// Decodes images one after the other on a thread of its own. Only rows that a step takes soon belong here.
final class ImagesAhead: Sendable {
    private enum Slot: Sendable {
        case queued
        case decoding(DispatchSemaphore)
        case decoded(PixelImage)
    }

    private let slots = Mutex<[Int: Slot]>([:])
    private let queue = DispatchQueue(label: "images-ahead", qos: .userInitiated)

    /// Begins with the images of `rows` in their order; what was begun before and not taken is forgotten. An
    /// image that `decode` cannot give is none: whoever takes it decodes it again and gets the error.
    func begin(_ rows: [Int], decode: @escaping @Sendable (Int) -> PixelImage?) {
        slots.withLock { slots in
            slots = slots.filter { if case .decoding = $0.value { true } else { false } }
            for row in rows where slots[row] == nil { slots[row] = .queued }
        }
        queue.async { [self] in
            for row in rows { run(row, decode) }
        }
    }

    private func run(_ row: Int, _ decode: (Int) -> PixelImage?) {
        let isDone = DispatchSemaphore(value: 0)
        let isMine = slots.withLock { slots in
            guard case .queued? = slots[row] else { return false }
            slots[row] = .decoding(isDone)
            return true
        }
        guard isMine else { return }
        let image = decode(row)
        slots.withLock { $0[row] = image.map { .decoded($0) } }
        isDone.signal()
    }

    /// The image of a row, which is waited for if it is just being decoded; nil if it is not there, and will
    /// not be. One thread takes.
    func take(_ row: Int) -> PixelImage? {
        let isDone: DispatchSemaphore? = slots.withLock { slots in
            guard case .decoding(let isDone)? = slots[row] else { return nil }
            return isDone
        }
        isDone?.wait()
        return slots.withLock { slots in
            guard case .decoded(let image)? = slots.removeValue(forKey: row) else { return nil }
            return image
        }
    }
}
