// The reliability diagram: how often a classifier is right at each confidence, and how many rows have it.

internal import Phrases

/// Accuracy by confidence; the diagonal is what a calibrated model has.
package struct CalibrationChart: ReportChart {
    package struct Bin: Sendable, Equatable {
        package var lower: Double
        package var upper: Double
        package var rowCount: Int
        package var meanConfidence: Double
        package var accuracy: Double

        package init(lower: Double, upper: Double, rowCount: Int, meanConfidence: Double, accuracy: Double) {
            (self.lower, self.upper, self.rowCount) = (lower, upper, rowCount)
            (self.meanConfidence, self.accuracy) = (meanConfidence, accuracy)
        }
    }

    package var title: String
    package var bins: [Bin]
    /// The expected calibration error, where it is known.
    package var error: Double?

    package init(title: String = "Calibration", bins: [Bin], error: Double? = nil) {
        (self.title, self.bins, self.error) = (title, bins, error)
    }

    package var drawing: HTML {
        let filled = bins.filter { $0.rowCount > 0 && $0.accuracy.isFinite }
        // No more of the scale than there are bins, since few classifiers are ever unsure.
        let least = filled.map(\.lower).min() ?? 0
        let frame = ChartFrame(
            horizontal: min((least * 10).rounded(.down) / 10, 0.9)...1, vertical: 0...1)
        var parts = frame.surroundings(horizontalName: "how sure the model was", verticalName: "")
        let start = frame.horizontal.lowerBound
        for bin in filled { parts += draw(bin, frame) }
        parts.append(frame.line(frame.x(start), frame.y(start), frame.x(1), frame.y(1), "ideal"))
        return HTML([
            .element("p", ["class": "soft"], words),
            .element(
                "div", ["class": "legend"],
                [
                    .element(
                        "span",
                        [
                            .element("i", ["class": "s0"], []),
                            HTML("share of right answers; number of rows in the bar"),
                        ])
                ]),
            frame.drawing(parts, describedAs: "\(title): share of right answers by confidence"),
        ])
    }

    /// What the drawing shows, in a sentence.
    private var words: String {
        let rule = "On the dashed line the model is right as often as it is sure; below it, it is too sure."
        guard let error, error.isFinite else { return rule }
        return
            "\(rule) On average the two differ by \(NumberFormat.significant(100 * error)) points of a hundred."
    }

    /// A bar up to the share of right answers, its number of rows above.
    private func draw(_ bin: Bin, _ frame: ChartFrame) -> [HTML] {
        let words =
            "confidence \(NumberFormat.fixed(bin.lower, decimals: 2)) to \(NumberFormat.fixed(bin.upper, decimals: 2)): "
            + "\(bin.rowCount, "row"), \(NumberFormat.fixed(100 * bin.accuracy, decimals: 1))% right"
        let lower = max(bin.lower, frame.horizontal.lowerBound)
        let width = frame.x(bin.upper) - frame.x(lower)
        let bar = HTML.element(
            "rect",
            [
                "class": "bar", "x": ChartFrame.place(frame.x(lower) + 1),
                "y": ChartFrame.place(frame.y(bin.accuracy)), "width": ChartFrame.place(max(1, width - 2)),
                "height": ChartFrame.place(frame.bottom - frame.y(bin.accuracy)),
            ], [.element("title", words)])
        let middle = frame.x(lower) + width / 2
        // Inside a tall bar, above a low one.
        let isTall = bin.accuracy > 0.15
        let place = frame.y(bin.accuracy) + (isTall ? 16 : -4)
        return [
            .element("g", ["class": "s0"], [bar]),
            frame.text(
                NumberFormat.grouped(bin.rowCount), middle, place, anchor: "middle",
                style: isTall ? "count inside" : "count"),
        ]
    }
}
