// How much a server takes at a time.

/// Limits of a server.
package struct ServingOptions: Sendable {
    /// Bytes of the largest body.
    package var maxBodyBytes = 2_000_000
    /// Inputs of one request.
    package var maxClientBatchSize = 32
    /// Inputs that wait at a time; more are refused with 429.
    package var maxQueuedInputs = 1_024
    /// Tokens that the model reads at a time.
    package var maxBatchTokens = 4_096
    /// Texts that are generated at a time and wait to be; more are refused with 429.
    package var maxGenerations = 256
    /// Seconds after which a request that still waits is given up with 503.
    package var requestSeconds = 60.0
    /// What clients must send as `Authorization: Bearer …`; nil for nothing.
    package var apiKey: String?

    package init() {}
}
