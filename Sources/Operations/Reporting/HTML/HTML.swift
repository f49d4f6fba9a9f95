// HTML and SVG from elements and text: text is escaped, so that no row of a data set can change the page.

/// A piece of markup that is safe to put into a page.
package struct HTML: Sendable, Equatable {
    /// The markup as it stands in the file.
    package let source: String

    private init(source: String) { self.source = source }

    /// Text, escaped for content and for attribute values. Control characters that HTML forbids become
    /// U+FFFD.
    package init(_ text: String) {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        source = escaped
    }

    /// Pieces one after the other.
    package init(_ parts: [HTML]) { source = parts.map(\.source).joined() }

    /// An element; attribute values are escaped.
    package static func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>, _ content: [HTML]
    ) -> HTML {
        let list = attributes.map { " \($0.key)=\"\(HTML($0.value).source)\"" }.joined()
        return HTML(source: "<\(name)\(list)>\(content.map(\.source).joined())</\(name)>")
    }

    /// An element with text in it.
    package static func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>, _ text: String
    ) -> HTML {
        element(name, attributes, [HTML(text)])
    }

    /// An element without attributes.
    package static func element(_ name: StaticString, _ content: [HTML]) -> HTML {
        element(name, [:], content)
    }

    /// An element without attributes and with text in it.
    package static func element(_ name: StaticString, _ text: String) -> HTML {
        element(name, [:], [HTML(text)])
    }

    /// Markup of the program's own, such as the style sheet; never what comes from a file.
    static func literal(_ source: StaticString) -> HTML { HTML(source: "\(source)") }
}
