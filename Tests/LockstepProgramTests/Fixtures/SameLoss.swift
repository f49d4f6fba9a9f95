// Losses of the same model and rows, computed in two processes.

import Testing

/// Expects two losses to be equal but for the order of sums: weights that change are multiplied as they are,
/// those that stay in a packed form, and processors without AVX-512 sum the two in different orders.
func expectSameLoss(
    _ found: Double?, _ expected: Double?, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let (found, expected) = (
        try #require(found, sourceLocation: sourceLocation),
        try #require(expected, sourceLocation: sourceLocation)
    )
    #expect(
        abs(found - expected) <= 1e-7 * abs(expected), "\(found), not \(expected)",
        sourceLocation: sourceLocation)
}
