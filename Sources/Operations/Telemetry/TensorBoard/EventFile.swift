// TensorBoard's event files: records with checksums, one after the other.

internal import Files
internal import Foundation
internal import SwiftProtobuf
internal import TensorBoardMessages

/// A file of events that grows by whole records.
///
/// Source: the TFRecord format of TensorFlow: length in 8 bytes, its masked CRC-32C, the bytes, theirs.
final class EventFile {
    /// What the first event of a file says.
    private static let version = "brain.Event:2"

    private let file: AppendedFile
    let path: String

    /// Makes the file in `directory`, under a name that no other file of this process has.
    ///
    /// - Parameter time: seconds since 1970.
    init(directory: String, hostName: String, time: Double) throws(TelemetryError) {
        let process = ProcessInfo.processInfo.processIdentifier
        var number = 0
        var path: String {
            "\(directory)/events.out.tfevents.\(Int(time)).\(hostName).\(process).\(number)"
        }
        while FileSystem.exists(path) { number += 1 }
        self.path = path
        do throws(FilesError) { file = try AppendedFile(path: path) } catch { throw .unwritable(error) }
        var event = Tensorboard_Event()
        event.wallTime = time
        event.fileVersion = Self.version
        try append(event)
    }

    /// Appends an event as one write, so that a reader sees it whole or not at all.
    func append(_ event: Tensorboard_Event) throws(TelemetryError) {
        let bytes: [UInt8]
        do { bytes = try event.serializedBytes() } catch {
            preconditionFailure("an event has nothing that cannot be written: \(error)")
        }
        do throws(FilesError) { try file.append(Self.record(bytes)) } catch { throw .unwritable(error) }
    }

    /// The record that holds `bytes`.
    static func record(_ bytes: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(bytes.count), byteCount: 8)
        return length + checksum(length) + bytes + checksum(bytes)
    }

    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        let sum = CRC32C.checksum(of: bytes)
        return littleEndian(UInt64((sum >> 15 | sum << 17) &+ 0xA282_EAD8), byteCount: 4)
    }

    private static func littleEndian(_ value: UInt64, byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
}

/// The cyclic redundancy check of Castagnoli's polynomial (RFC 3720, appendix B.4).
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    static func checksum(of bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { table[Int(truncatingIfNeeded: ($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
    }
}
