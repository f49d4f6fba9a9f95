// The elements of HTML, by what they do to the lines of a text.

/// Names of elements, after the HTML standard with those that it has given up.
enum HTMLElements {
    /// Elements that stand on lines of their own.
    static let lines: Set<String> = [
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details",
        "dialog",
        "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
        "h4",
        "h5", "h6", "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre",
        "section", "select", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
    ]
    static let cells: Set<String> = ["td", "th"]
    /// Elements whose content is not part of the text.
    static let hidden: Set<String> = ["script", "style", "head", "title", "template", "noscript", "svg"]
    static let all: Set<String> = lines.union(cells).union(hidden).union([
        "a", "abbr", "acronym", "audio", "b", "base", "bdi", "bdo", "big", "button", "canvas", "cite", "code",
        "col", "colgroup", "data", "datalist", "del", "dfn", "em", "embed", "font", "frame", "frameset", "i",
        "iframe", "img", "input", "ins", "kbd", "label", "link", "map", "mark", "meta", "meter", "nobr",
        "object",
        "optgroup", "output", "param", "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp", "small",
        "source", "span", "strike", "strong", "sub", "sup", "textarea", "time", "track", "tt", "u", "var",
        "video", "wbr",
    ])
}
