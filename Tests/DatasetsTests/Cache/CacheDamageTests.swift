// Caches that were changed behind their back: each change is noticed before a row of it is learnt from.

import Datasets
import Files
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct CacheDamageTests {
    /// What is wrong with the cache; nil if it opens and every byte has its checksum.
    private func fault(_ cache: CacheFiles) throws -> CacheFault? {
        do throws(CacheFault) {
            guard let rows = try CacheFolder(cache.folder.path).open(files: cache.files) else {
                return .manifest(path: "", problem: "there is none")
            }
            try rows.check()
            return nil
        } catch { return error }
    }

    private func change(_ name: String, _ cache: CacheFiles, _ edit: (inout [UInt8]) -> Void) throws {
        let path = cache.folder.path + "/" + name
        var bytes = try FileSystem.bytes(of: path)
        edit(&bytes)
        try cache.folder.write(bytes, to: name)
    }

    @Test("A flipped bit anywhere is noticed")
    func flips() throws {
        let cache = try CacheFiles([20, 20], highest: 300)
        #expect(try fault(cache) == nil)
        var random = FuzzRandom(seed: 2)
        for name in try cache.folder.names {
            let size = try FileSystem.byteCount(of: cache.folder.path + "/" + name)
            for _ in 0..<25 {
                let (place, bit) = (random.number(0...size - 1), UInt8(1) << UInt8(random.number(0...7)))
                try change(name, cache) { $0[place] ^= bit }
                // Eight bytes of a header are kept for later versions, and white space ends a manifest.
                let isSpare =
                    name == CacheManifest.fileName ? place == size - 1 : (24..<32).contains(place)
                if !isSpare { #expect(try fault(cache) != nil, "\(name), byte \(place)") }
                try change(name, cache) { $0[place] ^= bit }
            }
        }
        #expect(try fault(cache) == nil)
    }

    @Test("A file that is cut, longer or missing is noticed when the cache is opened")
    func sizes() throws {
        let cache = try CacheFiles([20, 20], highest: 300)
        for name in try cache.folder.names {
            let whole = try FileSystem.bytes(of: cache.folder.path + "/" + name)
            for edit: (inout [UInt8]) -> Void in [
                { $0.removeLast(2) }, { $0.append(7) }, { $0 = [] }, { $0.removeLast($0.count / 2) },
            ] {
                try change(name, cache, edit)
                #expect(throws: CacheFault.self, "\(name)") {
                    guard try CacheFolder(cache.folder.path).open(files: cache.files) != nil else {
                        throw CacheFault.manifest(path: name, problem: "none")
                    }
                }
            }
            try FileSystem.remove(cache.folder.path + "/" + name)
            #expect(try fault(cache) != nil)
            try cache.folder.write(whole, to: name)
        }
        #expect(try fault(cache) == nil)
    }

    @Test("A block is checked when it is first read, and names the file")
    func lazyCheck() throws {
        let cache = try CacheFiles([6_000], highest: 60_000)
        try change("part-00000.tokens", cache) { $0[32 + 5] ^= 1 }
        let rows = try #require(try cache.open())
        #expect(rows.tokenCount > 1 << 16)
        #expect(try rows.example(at: 5_999) == cache.examples[5_999])
        let error = #expect(throws: CacheFault.self) { try rows.example(at: 0) }
        guard case .block(let path, 0) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path.hasSuffix("part-00000.tokens"))
    }

    @Test("A run that meets a damaged block says so, and the next one knows")
    func condemned() throws {
        let cache = try CacheFiles([30], highest: 60_000)
        try change("part-00000.details", cache) { $0[32] ^= 1 }
        let folder = CacheFolder(cache.folder.path)
        let window = ExampleWindow(try #require(try cache.open())) { folder.condemn($0) }
        let error = #expect(throws: DatasetsError.self) { _ = try window.load([0]) { _ in [0] } }
        #expect(error?.description.contains("block 0 of") == true)
        #expect(error?.description.contains("start again") == true)
        guard case .condemned(_, let reason) = try fault(cache) else {
            Issue.record("the cache is trusted again")
            return
        }
        #expect(reason.contains("block 0 of"))
    }

    @Test("What a killed build left is removed, and nothing that is whole or being built")
    func leftovers() throws {
        let whole = try CacheFiles([3], highest: 10)
        let folder = try TemporaryFolder()
        for name in ["0123456789abcdef", "0000000000000000", "ffffffffffffffff"] {
            try folder.write("x", to: name + "/part-00000.tokens")
        }
        try folder.write("x", to: "notes/part-00000.tokens")
        try FileManager.default.copyItem(
            atPath: whole.folder.path + "/" + CacheManifest.fileName,
            toPath: folder.path + "/0000000000000000/" + CacheManifest.fileName)
        let lock = try CacheFolder(folder.path + "/ffffffffffffffff").lock()
        #expect(lock != nil)
        try CacheFolder.removeLeftovers(in: folder.path)
        #expect(try folder.names == ["0000000000000000", "ffffffffffffffff", "notes"])
        _ = lock
    }
}
