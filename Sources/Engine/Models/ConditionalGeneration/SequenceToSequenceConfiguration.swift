// What the configuration of an encoder and decoder that were trained together gives: both networks.

internal import Layers

/// The typed config.json of such a model.
protocol SequenceToSequenceConfiguration: Sendable {
    /// Size of the vocabulary that encoder and decoder share.
    var vocabularySize: Int { get }
    /// Tokens of the longest source and of the longest target.
    var maximumSourceLength: Int { get }
    var maximumTargetLength: Int { get }
    /// Keys that config.json must state once the output layer is no longer tied, so that nothing else
    /// changes.
    var untiedMembers: [(key: String, value: Bool)] { get }
    /// Adds all slots, in forward order.
    func networks(_ layout: inout ParameterLayout) -> (encoder: any EncoderNetwork, decoder: LMHeadModel)
}

extension SequenceToSequenceConfiguration {
    var untiedMembers: [(key: String, value: Bool)] { [] }
}
