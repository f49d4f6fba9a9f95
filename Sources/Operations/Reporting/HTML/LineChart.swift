// Curves over steps or epochs, such as training and validation loss.

/// Several curves over one axis.
package struct LineChart: ReportChart {
    /// One curve; values that are not finite are left out.
    package struct Series: Sendable, Equatable {
        package var name: String
        package var points: [Point]
        /// Whether each point is drawn, as it should be for few of them.
        package var showsPoints: Bool

        package init(name: String, points: [Point], showsPoints: Bool = false) {
            (self.name, self.points, self.showsPoints) = (name, points, showsPoints)
        }
    }

    package struct Point: Sendable, Equatable {
        package var x: Double
        package var y: Double

        package init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
    }

    /// A vertical line with a word, for example where overfitting begins.
    package struct Mark: Sendable, Equatable {
        package var x: Double
        package var text: String

        package init(x: Double, text: String) { (self.x, self.text) = (x, text) }
    }

    package var title: String
    package var horizontalName: String
    package var series: [Series]
    package var marks: [Mark]
    /// Whether the scale starts at 0, as it should for amounts.
    package var startsAtZero: Bool

    package init(
        title: String, horizontalName: String, series: [Series], marks: [Mark] = [],
        startsAtZero: Bool = false
    ) {
        (self.title, self.horizontalName, self.series, self.marks) = (title, horizontalName, series, marks)
        self.startsAtZero = startsAtZero
    }

    /// The most points of a curve; longer ones are averaged in as many parts.
    static let mostPoints = 300

    package var drawing: HTML {
        let curves = series.map { Self.thinned($0.points.filter { $0.x.isFinite && $0.y.isFinite }) }
        let points = curves.flatMap { $0 }
        guard let first = points.map(\.x).min(), let last = points.map(\.x).max() else {
            return .element("p", ["class": "soft"], "There are no finite values to draw.")
        }
        let frame = ChartFrame(
            horizontal: min(0, first)...last,
            vertical: ChartFrame.round(points.map(\.y) + (startsAtZero ? [0] : [])))
        var parts = frame.surroundings(horizontalName: horizontalName, verticalName: "")
        for (index, (series, points)) in zip(series, curves).enumerated() {
            parts.append(
                .element("g", ["class": "s\(index % 4)"], Self.curve(points, series, frame)))
        }
        for (number, mark) in marks.filter({ frame.horizontal.contains($0.x) }).enumerated() {
            let x = frame.x(mark.x)
            let isRight = x > (frame.left + frame.right) / 2
            parts.append(frame.line(x, frame.top, x, frame.bottom, "mark"))
            parts.append(
                frame.text(
                    mark.text, x + (isRight ? -6 : 6), frame.top + 12 + 18 * Double(number),
                    anchor: isRight ? "end" : "start",
                    style: "mark-text"))
        }
        let names = series.map(\.name).joined(separator: ", ")
        return HTML([legend, frame.drawing(parts, describedAs: "\(title): \(names) by \(horizontalName)")])
    }

    private var legend: HTML {
        .element(
            "div", ["class": "legend"],
            series.enumerated().map { index, series in
                .element(
                    "span", [.element("i", ["class": "s\(index % 4)"], []), HTML(series.name)])
            })
    }

    private static func curve(_ points: [Point], _ series: Series, _ frame: ChartFrame) -> [HTML] {
        let places = points.map {
            ChartFrame.place(frame.x($0.x)) + "," + ChartFrame.place(frame.y($0.y))
        }
        let line = HTML.element(
            "polyline", ["class": "curve", "points": places.joined(separator: " ")], [])
        guard series.showsPoints || points.count == 1 else { return [line] }
        return [line]
            + points.map { point in
                .element(
                    "circle",
                    [
                        "class": "dot", "cx": ChartFrame.place(frame.x(point.x)),
                        "cy": ChartFrame.place(frame.y(point.y)), "r": "4",
                    ],
                    [
                        .element(
                            "title",
                            "\(series.name) \(NumberFormat.significant(point.y)) at "
                                + NumberFormat.fixed(point.x, decimals: 2))
                    ])
            }
    }

    static func thinned(_ points: [Point]) -> [Point] {
        guard points.count > mostPoints else { return points }
        return (0..<mostPoints).map { part in
            let slice = points[part * points.count / mostPoints..<(part + 1) * points.count / mostPoints]
            return Point(
                x: slice.reduce(0) { $0 + $1.x } / Double(slice.count),
                y: slice.reduce(0) { $0 + $1.y } / Double(slice.count))
        }
    }
}
