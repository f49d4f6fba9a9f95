// Lines of data files, with this module's errors.

internal import Files

extension LineReader {
    /// `next` for rows.
    mutating func nextLine() throws(DatasetsError) -> Bool {
        do {
            return try next()
        } catch { throw .file(error) }
    }

    /// `extend` for rows.
    mutating func extendLine(limit: Int? = nil) throws(DatasetsError) -> Bool {
        do {
            return try extend(limit: limit)
        } catch { throw .file(error) }
    }
}
