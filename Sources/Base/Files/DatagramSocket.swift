// UDP over IPv4, for signs of life between hosts that may get lost.

internal import Foundation

/// A socket that sends and receives datagrams without waiting.
package final class DatagramSocket: Sendable {
    /// More than a datagram can carry.
    private static let largestByteCount = 1 << 16

    private let descriptor: Descriptor
    /// Where others reach it, on all interfaces of this host.
    package let port: UInt16

    /// Opens one at a free port.
    package init() throws(FilesError) {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = socket(AF_INET, kind, 0)
        guard number >= 0 else { throw FilesError(errno, "a UDP socket", .created) }
        descriptor = Descriptor(taking: number)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(number, pointer, size) == 0 && getsockname(number, pointer, &size) == 0
                    ? 0 : errno
            }
        }
        guard code == 0 else { throw FilesError(code, "a UDP socket", .created) }
        port = UInt16(bigEndian: address.sin_port)
    }

    /// Sends one datagram, or loses it.
    ///
    /// - Parameter address: an IPv4 address, its first byte the highest.
    package func send(_ bytes: [UInt8], to address: UInt32, port: UInt16) {
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        target.sin_addr.s_addr = address.bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe withUnsafePointer(to: &target) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    _ = unsafe sendto(
                        descriptor.number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL),
                        pointer, size)
                }
            }
        }
    }

    /// The next datagram that has come; nil where none waits.
    package func receive() -> [UInt8]? {
        var isThere = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.largestByteCount) { buffer, filled in
            let count = unsafe recv(descriptor.number, buffer.baseAddress, buffer.count, 0)
            isThere = count >= 0
            filled = max(0, count)
        }
        return isThere ? bytes : nil
    }

    /// The IPv4 addresses of this host's interfaces that are up; loopback where there is no other.
    package static var localAddresses: [UInt32] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { return [] }
        defer { unsafe freeifaddrs(list) }
        var addresses: [UInt32] = []
        var next = unsafe list
        while let entry = unsafe next?.pointee {
            unsafe next = entry.ifa_next
            guard let address = unsafe entry.ifa_addr, unsafe Int32(address.pointee.sa_family) == AF_INET,
                unsafe entry.ifa_flags & UInt32(IFF_UP) != 0
            else { continue }
            addresses.append(
                unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    unsafe UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
                })
        }
        let outer = addresses.filter { $0 >> 24 != 127 }
        return outer.isEmpty ? addresses : outer
    }
}
