// The tokens with a role.

/// Ids of the tokens that have a role; nil where the vocabulary has none.
struct SpecialTokens: Sendable {
    var padID: Int32?
    var unknownID: Int32?
    var classifierID: Int32?
    var separatorID: Int32?
    var maskID: Int32?
}
