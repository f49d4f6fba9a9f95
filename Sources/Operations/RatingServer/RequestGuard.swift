// Who may use the page: this machine's user, or who has the link with the token.

import Files
import Foundation
import Ratings
import WebServing

/// Turns away requests that other pages or other people make.
struct RequestGuard: Sendable {
    static let cookieName = "lockstep_rating_token"

    /// Nil on the loopback address.
    let token: AccessToken?

    /// The refusal of a request; nil if it may be answered.
    func refusal(of request: WebRequest) -> RatingResponse? {
        if let token {
            guard [request.query("token"), request.cookie(Self.cookieName)].contains(where: token.matches)
            else {
                return .failure(.forbidden, "Open the page by the whole link that the server printed.")
            }
        } else {
            // A page elsewhere could have its host name lead here; the name would not be ours.
            let hosts = request.headers("host")
            guard hosts.allSatisfy(Self.isLocal), !hosts.isEmpty else {
                return .failure(.forbidden, "Open the page by the address that the server printed.")
            }
        }
        guard request.method == "POST" else { return nil }
        // Pages elsewhere cannot send this type without asking first, and are not answered then.
        guard request.header("content-type")?.lowercased().hasPrefix("application/json") == true else {
            return .failure(.unsupportedMediaType, "Ratings are sent as application/json.")
        }
        if let origin = request.header("origin"),
            origin != "http://" + (request.header("host") ?? "")
        {
            return .failure(.forbidden, "The request comes from another page.")
        }
        return nil
    }

    private static func isLocal(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return name == "[::1]" || LocalAddress.isLoopback(String(name))
    }
}

/// A secret in the link to the page, kept in the folder so that the link outlives the server.
struct AccessToken: Sendable {
    let text: String

    /// The folder's token, made at first use and readable by its owner alone.
    init(directory: String) throws(RatingServerError) {
        let path = directory + "/.rating_token"
        let stored: [UInt8]?
        do {
            stored = try FileSystem.bytesIfPresent(of: path)
        } catch { throw RatingServerError(error.description) }
        if let stored {
            text = String(decoding: stored, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard text.count >= 32 else {
                throw RatingServerError("\(path) holds no token of the rating page: remove the file.")
            }
            return
        }
        var generator = SystemRandomNumberGenerator()
        text = (0..<2).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
        do {
            try FileSystem.write(Array(text.utf8), to: path, isSecret: true)
        } catch { throw RatingServerError(error.description) }
    }

    /// Compares in a time that does not tell how much of a guess is right.
    func matches(_ guess: String?) -> Bool {
        guard let guess, guess.utf8.count == text.utf8.count else { return false }
        return zip(guess.utf8, text.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
