// Activation functions, element by element, forward and backward.

internal import CKernels
package import Tensors

/// The activation functions that model configurations name.
package enum Activation: String, Sendable, CaseIterable {
    /// x·Φ(x), with the normal distribution function (Hendrycks and Gimpel 2016).
    case gelu
    /// GELU in the tanh approximation of the same paper.
    case geluTanh
    case relu
    /// x·σ(x).
    case silu
    case tanh
    /// x·σ(1.702·x).
    case quickGELU
    case sigmoid

    /// The function that a Hugging Face `hidden_act` means; nil when Lockstep has none of that name.
    package init?(huggingFaceName name: String) {
        switch name {
        case "gelu", "gelu_python": self = .gelu
        case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh": self = .geluTanh
        case "relu": self = .relu
        case "silu", "swish": self = .silu
        case "tanh": self = .tanh
        case "quick_gelu": self = .quickGELU
        case "sigmoid": self = .sigmoid
        default: return nil
        }
    }

    /// Hugging Face names that `init(huggingFaceName:)` takes, for messages.
    package static let huggingFaceNames = [
        "gelu", "gelu_new", "gelu_fast", "gelu_python", "gelu_pytorch_tanh", "relu", "silu", "swish", "tanh",
        "quick_gelu", "sigmoid",
    ]

    /// `y = f(x)`, any equal shapes, contiguous; `y` may be `x`.
    package func forward(_ x: Tensor, into y: Tensor) {
        precondition(x.count == y.count && x.isContiguous && y.isContiguous, "shapes differ")
        precondition(x.type == y.type, "types differ")
        let type = x.type.code
        ThreadPool.forEachRange(count: x.count, grain: 1_024) { range, _ in
            unsafe ck_activation_forward(
                code, type, x.pointer(range.lowerBound), y.pointer(range.lowerBound), range.count)
        }
    }

    /// `y = f(x)`, and `x` becomes the slope f'(x): the backward pass is then `dx = dy·slope`, without a
    /// second exponential.
    package func forward(replacingBySlope x: Tensor, into y: Tensor) {
        precondition(x.count == y.count && x.isContiguous && y.isContiguous, "shapes differ")
        precondition(x.type == y.type, "types differ")
        let type = x.type.code
        ThreadPool.forEachRange(count: x.count, grain: 1_024) { range, _ in
            unsafe ck_activation_forward_with_slope(
                code, type, x.pointer(range.lowerBound), y.pointer(range.lowerBound), range.count)
        }
    }

    var code: Int32 {
        switch self {
        case .gelu: Int32(CK_GELU_ERF)
        case .geluTanh: Int32(CK_GELU_TANH)
        case .relu: Int32(CK_RELU)
        case .silu: Int32(CK_SILU)
        case .tanh: Int32(CK_TANH)
        case .quickGELU: Int32(CK_QUICK_GELU)
        case .sigmoid: Int32(CK_SIGMOID)
        }
    }
}
