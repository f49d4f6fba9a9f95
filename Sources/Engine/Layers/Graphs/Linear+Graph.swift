// Dense layers, norms and embeddings as operators of a graph.

internal import Kernels

extension Linear {
    /// x·Wᵀ + b over the last axis of `x`.
    package func forward(_ x: GraphValue, _ pass: GraphPass) -> GraphValue {
        let graph = pass.graph
        return graph.scoped(name) {
            let product = graph.matrixProduct(x, graph.matrix(weight, isTransposed: true))
            return bias.map { graph.sum(product, graph.vector($0)) } ?? product
        }
    }

    /// The convolution over an image `[B, channels, height, width]` whose kernel is as large as its stride.
    func convolution(
        _ image: GraphValue, channels: Int, height: Int, width: Int, _ pass: GraphPass
    ) -> GraphValue {
        let graph = pass.graph
        return graph.scoped(name) {
            let kernel = graph.parameter(weight, shape: [outputs, channels, height, width])
            return graph.add(
                "Conv", [image, kernel] + (bias.map { [graph.vector($0)] } ?? []),
                [("kernel_shape", .integers([height, width])), ("strides", .integers([height, width]))])
        }
    }
}

extension Embedding {
    /// The rows of the table that `ids` name.
    package func forward(_ ids: GraphValue, _ pass: GraphPass) -> GraphValue {
        pass.graph.scoped(tensorName) { pass.graph.gather(pass.graph.matrix(table), ids) }
    }
}

extension LayerNorm {
    package func forward(
        _ x: GraphValue, residual: GraphValue? = nil, _ pass: GraphPass
    ) -> GraphValue {
        pass.graph.scoped(site) {
            pass.graph.layerNorm(
                residual.map { pass.graph.sum(x, $0) } ?? x, weight: weight, bias: bias, epsilon: epsilon)
        }
    }
}

extension ResidualNorm {
    /// The stream with the branch added, and its norm. Without a residual the stream is the branch.
    package func forward(
        _ branch: GraphValue, residual: GraphValue?, _ pass: GraphPass
    ) -> (stream: GraphValue, normed: GraphValue) {
        let graph = pass.graph
        return graph.scoped(site) {
            let stream = residual.map { graph.sum(branch, $0) } ?? branch
            switch kind {
            case .layer:
                return (stream, graph.layerNorm(stream, weight: weight, bias: bias, epsilon: epsilon))
            case .rms:
                let squares = graph.mean(graph.add("Pow", [stream, graph.scalar(2)]))
                let root = graph.add("Sqrt", [graph.sum(squares, graph.scalar(epsilon))])
                return (stream, graph.product(graph.quotient(stream, root), graph.vector(weight)))
            }
        }
    }
}

extension GraphRecorder {
    /// The layer norm over the last axis.
    func layerNorm(_ x: GraphValue, weight: Int, bias: Int?, epsilon: Float) -> GraphValue {
        add(
            "LayerNormalization", [x, vector(weight)] + (bias.map { [vector($0)] } ?? []),
            [("axis", .integer(-1)), ("epsilon", .float(epsilon))])
    }
}

extension LMHead {
    /// Logits `[B, L, V]` of states `[B, L, C]`.
    package func logits(_ h: GraphValue, _ pass: GraphPass) -> GraphValue {
        let graph = pass.graph
        return graph.scoped("lm_head") {
            guard isTied else {
                let product = graph.matrixProduct(h, graph.matrix(weight, isTransposed: true))
                return bias.map { graph.sum(product, graph.vector($0)) } ?? product
            }
            // The table of the embeddings as it stands: it is in the file once.
            let rows = graph.reshape(h, [-1, width])
            let logits = graph.add(
                "Gemm", [rows, graph.matrix(weight)] + (bias.map { [graph.vector($0)] } ?? []),
                [("transB", .integer(1))])
            let shape = graph.concatenation(
                [
                    graph.slice(graph.add("Shape", [h]), axis: 0, from: 0, to: 2),
                    graph.integers([vocabularySize]),
                ],
                axis: 0)
            return graph.add("Reshape", [logits, shape])
        }
    }
}

extension LMHeadTransform {
    package func forward(_ x: GraphValue, _ pass: GraphPass) -> GraphValue {
        norm.forward(activation.forward(dense.forward(x, pass), pass.graph), pass)
    }
}

extension PatchEmbedding {
    /// Embedded tokens `[B, 1 + patches, width]` of images `[B, channels, height, width]` of the size that
    /// the positions belong to.
    package func forward(_ images: GraphValue, _ pass: GraphPass) -> GraphValue {
        let graph = pass.graph
        let grid = projection.convolution(
            images, channels: projection.inputs / (patchHeight * patchWidth), height: patchHeight,
            width: patchWidth, pass)
        return graph.scoped("embeddings") {
            let patches = graph.transpose(graph.reshape(grid, [0, width, -1]), [0, 2, 1])
            let shape = graph.concatenation(
                [graph.extents(images, axis: 0), graph.integers([1, width])], axis: 0)
            let first = graph.add("Expand", [graph.parameter(classToken, shape: [1, 1, width]), shape])
            return graph.sum(
                graph.concatenation([first, patches], axis: 1),
                graph.parameter(positions, shape: [1, self.grid.count + 1, width]))
        }
    }
}
