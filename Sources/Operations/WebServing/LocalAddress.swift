// Addresses that only this machine reaches.

package enum LocalAddress {
    /// Whether only this machine's programs reach what listens there.
    package static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        // A name such as 127.example.org may lead anywhere.
        return host.hasPrefix("127.") && host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || 0x30...0x39 ~= $0 }
    }
}
