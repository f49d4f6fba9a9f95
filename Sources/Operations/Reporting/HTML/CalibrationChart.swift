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

    package init(title: String = "Calibration", bins: [Bin]) { (self.title, self.bins) = (title, bins) }

    package var drawing: HTML {
        let frame = ChartFrame(horizontal: 0...1, vertical: 0...1)
        let filled = bins.filter { $0.rowCount > 0 && $0.accuracy.isFinite }
        let most = Double(filled.map(\.rowCount).max() ?? 1)
        var parts = frame.surroundings(horizontalName: "confidence", verticalName: "")
        for bin in filled {
            let words =
                "confidence \(NumberFormat.fixed(bin.lower, decimals: 2)) to \(NumberFormat.fixed(bin.upper, decimals: 2)): "
                + "\(bin.rowCount, "row"), \(NumberFormat.fixed(100 * bin.accuracy, decimals: 1))% right"
            let share = Double(bin.rowCount) / most / 6
            parts.append(bar(bin, height: share, frame, shift: 0.5, style: "faint", series: "s1", words))
            parts.append(bar(bin, height: bin.accuracy, frame, shift: 0, style: "bar", series: "s0", words))
        }
        parts.append(frame.line(frame.x(0), frame.y(0), frame.x(1), frame.y(1), "ideal"))
        let legend = [("s0", "share of right answers"), ("s1", "number of rows")].map { style, name in
            HTML.element("span", [.element("i", ["class": style], []), HTML(name)])
        }
        return HTML([
            .element("div", ["class": "legend"], legend),
            frame.drawing(parts, describedAs: "\(title): share of right answers by confidence"),
        ])
    }

    /// The left half of a bin shows its accuracy, the right half its number of rows.
    private func bar(
        _ bin: Bin, height: Double, _ frame: ChartFrame, shift: Double, style: String, series: String,
        _ words: String
    ) -> HTML {
        let width = frame.x(bin.upper) - frame.x(bin.lower)
        return .element(
            "g", ["class": series],
            [
                .element(
                    "rect",
                    [
                        "class": style, "x": ChartFrame.place(frame.x(bin.lower) + 1 + shift * width),
                        "y": ChartFrame.place(frame.y(height)),
                        "width": ChartFrame.place(max(1, width / 2 - 1.5)),
                        "height": ChartFrame.place(frame.bottom - frame.y(height)),
                    ], [.element("title", words)])
            ])
    }
}
