// Activation functions, element by element, forward and backward.

internal import CKernels
public import Tensors

/// The activation functions that model configurations name.
public enum Activation: String, Sendable, CaseIterable {
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
    public init?(huggingFaceName name: String) {
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
    public static let huggingFaceNames = [
        "gelu", "gelu_new", "gelu_fast", "gelu_python", "gelu_pytorch_tanh", "relu", "silu", "swish", "tanh",
        "quick_gelu", "sigmoid",
    ]

    /// `y = f(x)`, any equal shapes, contiguous; `y` may be `x`.
    public func forward(_ x: Tensor, into y: Tensor) {
        precondition(x.count == y.count && x.isContiguous && y.isContiguous, "shapes differ")
        ThreadPool.forEachRange(count: x.count, grain: 1_024) { range, _ in
            unsafe ck_activation_forward(
                code, x.floats + range.lowerBound, y.floats + range.lowerBound, range.count)
        }
    }

    /// `dx = dy·f'(x)`; `dx` may be `dy`.
    public func backward(_ x: Tensor, gradient dy: Tensor, into dx: Tensor) {
        precondition(x.count == dy.count && x.count == dx.count, "shapes differ")
        precondition(x.isContiguous && dy.isContiguous && dx.isContiguous, "expected contiguous tensors")
        ThreadPool.forEachRange(count: x.count, grain: 1_024) { range, _ in
            let start = range.lowerBound
            unsafe ck_activation_backward(
                code, x.floats + start, dy.floats + start, dx.floats + start, range.count)
        }
    }

    /// `dy *= 1 − y²`: the backward pass of tanh from its output `y`.
    public static func tanhBackward(output y: Tensor, gradient dy: Tensor) {
        precondition(y.count == dy.count && y.isContiguous && dy.isContiguous, "shapes differ")
        for index in 0..<y.count {
            let value = unsafe y.floats[index]
            unsafe dy.floats[index] *= 1 - value * value
        }
    }

    private var code: Int32 {
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
