// What a vision transformer sees first: embedded patches behind a class token, each with its position.

internal import Kernels
package import Tensors

/// Embeddings of a vision transformer (Dosovitskiy et al. 2021).
package final class PatchEmbedding: Layer {
    /// The grid of the position embeddings.
    package let grid: PositionInterpolation.Grid
    let patchHeight: Int
    let patchWidth: Int
    let width: Int
    let classToken: Int
    let positions: Int
    let projection: Linear
    /// Positions for another grid than the file's, made when the first batch needs them.
    private var interpolation: PositionInterpolation?

    /// Adds the slots `name.cls_token`, `name.position_embeddings` and `name.patch_embeddings.projection`,
    /// the last stored as a convolution `[width, channels, patchHeight, patchWidth]`.
    package init(
        _ layout: inout ParameterLayout, _ name: String, channels: Int, patchHeight: Int, patchWidth: Int,
        grid: PositionInterpolation.Grid, width: Int, standardDeviation: Float
    ) {
        self.grid = grid
        self.patchHeight = patchHeight
        self.patchWidth = patchWidth
        self.width = width
        let initialization = ParameterInitialization.normal(standardDeviation: standardDeviation)
        classToken = layout.add(
            name + ".cls_token", rows: 1, columns: width, hasWeightDecay: true,
            initialization: initialization,
            tensors: [CheckpointTensor(name: name + ".cls_token", shape: [1, 1, width])])
        positions = layout.add(
            name + ".position_embeddings", rows: grid.count + 1, columns: width, hasWeightDecay: true,
            initialization: initialization,
            tensors: [
                CheckpointTensor(name: name + ".position_embeddings", shape: [1, grid.count + 1, width])
            ])
        projection = Linear(
            &layout, name + ".patch_embeddings.projection", inputs: channels * patchHeight * patchWidth,
            outputs: width, standardDeviation: standardDeviation,
            weightShape: [width, channels, patchHeight, patchWidth])
    }

    /// Embedded tokens `[T, width]` of a batch of images.
    package func forward(_ pass: Pass) -> Tensor {
        let (images, patches) = geometry(pass)
        let out = pass.activation(rows: pass.batch.tokenCount, columns: width)
        pass.temporarily {
            // Three parts are added in float32 and rounded once.
            let sum =
                out.type == .float32 ? out : pass.workspace.tensor(rows: out.rows, columns: out.columns)
            EmbeddingTable.gather(positionTable(patches, pass), ids: pass.batch.positions, into: sum)
            let unfolded = pass.workspace.tensor(
                rows: images.pixels.rows * patches.count, columns: patches.valueCount)
            patches.unfold(images.pixels, into: unfolded)
            let projected = projection.forward(pass.converted(unfolded), pass, type: .float32)
            for image in 0..<images.pixels.rows {
                let start = Int(pass.batch.offsets[image])
                let rows = image * patches.count..<(image + 1) * patches.count
                Elementwise.add(pass.parameters.value(classToken), to: sum.rows(start..<start + 1))
                Elementwise.add(
                    projected.rows(rows), to: sum.rows(start + 1..<start + 1 + patches.count))
            }
            if out.type != .float32 { Conversion.copy(sum, to: out) }
        }
        return out
    }

    /// Adds the gradients of all slots from `dx [T, width]` and reports them. The patches are cut again:
    /// keeping them would take more memory than the activations of a block.
    package func backward(gradient dx: Tensor, _ pass: Pass) {
        let (images, patches) = geometry(pass)
        let first = [Int32](pass.batch.offsets.dropLast())
        pass.temporarily {
            let unfolded = pass.workspace.tensor(
                rows: images.pixels.rows * patches.count, columns: patches.valueCount)
            patches.unfold(images.pixels, into: unfolded)
            let dprojected = pass.activation(rows: unfolded.rows, columns: width)
            let places = first.flatMap { start in (1...Int32(patches.count)).map { start + $0 } }
            EmbeddingTable.gather(dx, ids: places, into: dprojected)
            projection.backward(gradient: dprojected, input: pass.converted(unfolded), pass, into: nil)
        }
        projection.finishBackward(pass)
        differentiatePositions(dx, patches, pass)
        pass.temporarily {
            let dfirst = pass.activation(rows: first.count, columns: width)
            EmbeddingTable.gather(dx, ids: first, into: dfirst)
            EmbeddingTable.scatterAdd(
                dfirst, ids: first.map { _ in 0 }, to: pass.parameters.gradient(classToken))
        }
        pass.markReady(classToken)
    }

    private func geometry(_ pass: Pass) -> (ImageBatch, ImagePatches) {
        guard let images = pass.batch.images else { preconditionFailure("a batch of images is needed") }
        return (images, images.patches(height: patchHeight, width: patchWidth))
    }

    /// Positions of the class token and of the patches, `[N + 1, width]`.
    private func positionTable(_ patches: ImagePatches, _ pass: Pass) -> Tensor {
        let stored = pass.parameters.value(positions)
        guard let interpolation = interpolation(for: patches) else { return stored }
        let table = pass.workspace.tensor(rows: patches.count + 1, columns: width)
        table.rows(0..<1).copy(from: stored.rows(0..<1))
        interpolation.apply(
            to: stored.rows(1..<grid.count + 1), into: table.rows(1..<patches.count + 1))
        return table
    }

    private func differentiatePositions(_ dx: Tensor, _ patches: ImagePatches, _ pass: Pass) {
        let gradient = pass.parameters.gradient(positions)
        if let interpolation = interpolation(for: patches) {
            pass.temporarily {
                let dtable = pass.workspace.tensor(rows: patches.count + 1, columns: width)
                dtable.clear()
                EmbeddingTable.scatterAdd(dx, ids: pass.batch.positions, to: dtable)
                Elementwise.add(dtable.rows(0..<1), to: gradient.rows(0..<1))
                interpolation.backward(
                    gradient: dtable.rows(1..<patches.count + 1),
                    addingTo: gradient.rows(1..<grid.count + 1))
            }
        } else {
            EmbeddingTable.scatterAdd(dx, ids: pass.batch.positions, to: gradient)
        }
        pass.markReady(positions)
    }

    /// nil when the patches lie as the stored positions do.
    private func interpolation(for patches: ImagePatches) -> PositionInterpolation? {
        let target = PositionInterpolation.Grid(rows: patches.rows, columns: patches.columns)
        if target == grid { return nil }
        if let interpolation, interpolation.target == target { return interpolation }
        let new = PositionInterpolation(from: grid, to: target)
        interpolation = new
        return new
    }
}
