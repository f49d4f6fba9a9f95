// What errors say.

/// What the error that `body` throws says; nil when it throws none.
package func thrownMessage(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return String(describing: error)
    }
}
