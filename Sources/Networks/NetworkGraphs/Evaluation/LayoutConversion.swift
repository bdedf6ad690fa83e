/// A copy of a value into another order of entries; the evaluator puts it where orders differ.
struct LayoutConversion: KernelMaking {
  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let axes = output.layout.axes(rank: output.shape.rank)
    let (strides, own) = (
      source.layout.strides(of: source.shape), output.layout.strides(of: output.shape)
    )
    let copy = StridedCopy(
      axes.map { output.shape[$0] }, from: source, strides: axes.map { strides[$0] }, to: output,
      strides: axes.map { own[$0] })
    return Kernel(forward: { copy.run() }, backward: copy.adjoint(binding.gradients))
  }
}
