// Memory for the parameters of a model whose sizes a file states.

internal import Layers
internal import Machine

extension ParameterLayout {
    /// The parameters, all zero. Throws when their values alone are more than this machine's memory; `file`
    /// is named.
    func store(file: String) throws(ModelError) -> ParameterStore {
        let byteCount = 4 * elementCount
        if let memory = HostFacts.current.memoryByteCount, byteCount > memory {
            throw .tooManyParameters(parameterCount, byteCount: byteCount, memory: memory, in: file)
        }
        return ParameterStore(layout: self)
    }
}
