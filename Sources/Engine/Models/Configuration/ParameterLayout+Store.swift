// Memory for the parameters of a model whose sizes a file states.

internal import Foundation
internal import Layers

extension ParameterLayout {
    /// The parameters, all zero. Throws when their values alone are more than this machine's memory; `file`
    /// is named.
    func store(file: String) throws(ModelError) -> ParameterStore {
        let (byteCount, memory) = (4 * elementCount, Int(clamping: ProcessInfo.processInfo.physicalMemory))
        guard byteCount <= memory else {
            throw .tooManyParameters(parameterCount, byteCount: byteCount, memory: memory, in: file)
        }
        return ParameterStore(layout: self)
    }
}
