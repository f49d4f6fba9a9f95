// Figures with their intervals, one a line: folds of a cross-validation, ratings of models.

/// Dots with whiskers beside their names.
package struct IntervalChart: ReportChart {
    package struct Item: Sendable, Equatable {
        package var name: String
        package var value: Double
        /// Ends of the interval; nil draws the dot alone.
        package var interval: ClosedRange<Double>?
        /// Which colour it has, from 0.
        package var series: Int

        package init(name: String, value: Double, interval: ClosedRange<Double>? = nil, series: Int = 0) {
            (self.name, self.value, self.interval, self.series) = (name, value, interval, series)
        }
    }

    package var title: String
    package var valueName: String
    package var items: [Item]

    package init(title: String, valueName: String, items: [Item]) {
        (self.title, self.valueName, self.items) = (title, valueName, items)
    }

    private static let lineHeight = 30.0

    package var drawing: HTML {
        let items = items.filter { $0.value.isFinite }
        let values = items.flatMap { item in
            [item.value] + (item.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
        }
        guard !values.isEmpty else {
            return .element("p", ["class": "soft"], "There are no finite values to draw.")
        }
        let widest = items.map { min($0.name.displayWidth, 22) }.max() ?? 0
        let frame = ChartFrame(
            horizontal: ChartFrame.round(values, around: 4), vertical: 0...Double(items.count),
            left: Double(widest) * 8 + 16, height: Self.lineHeight * Double(items.count) + 60)
        var parts: [HTML] = []
        for tick in ChartFrame.ticks(frame.horizontal, around: 4) {
            parts.append(frame.line(frame.x(tick), frame.top, frame.x(tick), frame.bottom, "grid-line"))
            parts.append(
                frame.text(
                    ChartFrame.label(tick, frame.horizontal, around: 4), frame.x(tick), frame.bottom + 18,
                    anchor: "middle"))
        }
        parts.append(
            frame.text(valueName, (frame.left + frame.right) / 2, frame.height - 6, anchor: "middle"))
        for (index, item) in items.enumerated() {
            parts += draw(item, at: frame.y(Double(items.count - index) - 0.5), frame)
        }
        return frame.drawing(parts, describedAs: "\(title): \(valueName)")
    }

    private func draw(_ item: Item, at y: Double, _ frame: ChartFrame) -> [HTML] {
        var marks: [HTML] = []
        var words = "\(item.name): \(NumberFormat.significant(item.value))"
        if let interval = item.interval {
            marks.append(
                frame.line(frame.x(interval.lowerBound), y, frame.x(interval.upperBound), y, "whisker"))
            words +=
                " [\(NumberFormat.significant(interval.lowerBound)), "
                + "\(NumberFormat.significant(interval.upperBound))]"
        }
        marks.append(
            .element(
                "circle",
                [
                    "class": "dot", "cx": ChartFrame.place(frame.x(item.value)), "cy": ChartFrame.place(y),
                    "r": "5.5",
                ], [.element("title", words)]))
        let name = item.name.displayWidth > 22 ? item.name.fitting(columns: 21) + "…" : item.name
        return [
            frame.text(name, frame.left - 12, y + 5, anchor: "end"),
            .element("g", ["class": "s\(item.series % 4)"], marks),
        ]
    }
}
