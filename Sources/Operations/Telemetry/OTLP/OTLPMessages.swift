// The bodies of OTLP's requests, as JSON.

internal import JSON

/// Requests of metrics and of traces.
///
/// Source: the OTLP specification 1.5, "JSON Protobuf Encoding": names in lowerCamelCase, 64-bit integers as
/// texts, ids in hexadecimal, enumerations as numbers.
struct OTLPMessages: Sendable {
    /// A figure at a time.
    struct Point: Sendable, Equatable {
        var name: String
        var value: Double
        /// Nanoseconds since 1970.
        var time: UInt64
    }

    /// A part of a run.
    struct Span: Sendable, Equatable {
        var name: String
        var id: UInt64
        var parent: UInt64?
        /// Nanoseconds since 1970.
        var start, end: UInt64
        var attributes: [Attribute] = []
        /// Why it failed; nil where it did not.
        var failure: String?
    }

    struct Attribute: Sendable, Equatable {
        enum Value: Sendable, Equatable {
            case text(String)
            case integer(Int)
        }
        var name: String
        var value: Value
    }

    /// What the resource says of itself.
    let resource: [Attribute]
    let version: String

    /// The body of a request to `/v1/metrics`: a gauge a name, in the order of their first points.
    func metrics(_ points: [Point]) -> [UInt8] {
        var names: [String] = []
        var byName: [String: [JSONValue]] = [:]
        for point in points {
            if byName[point.name] == nil { names.append(point.name) }
            byName[point.name, default: []].append(Self.point(point))
        }
        let gauges = names.map { name -> JSONValue in
            .members([
                ("name", .string("lockstep." + name)), ("unit", .string(Self.unit(of: name))),
                ("gauge", .members([("dataPoints", .array(byName[name] ?? []))])),
            ])
        }
        return body("resourceMetrics", "scopeMetrics", "metrics", gauges)
    }

    /// The body of a request to `/v1/traces`.
    func traces(_ spans: [Span], trace: String) -> [UInt8] {
        body("resourceSpans", "scopeSpans", "spans", spans.map { Self.span($0, trace: trace) })
    }

    private func body(_ top: String, _ scopes: String, _ name: String, _ items: [JSONValue]) -> [UInt8] {
        let scope = JSONValue.members([("name", .string("lockstep")), ("version", .string(version))])
        let value = JSONValue.members([
            (
                top,
                .array([
                    .members([
                        ("resource", .members([("attributes", Self.attributes(resource))])),
                        (scopes, .array([.members([("scope", scope), (name, .array(items))])])),
                    ])
                ])
            )
        ])
        return Array(value.text(.compact).utf8)
    }

    /// A point without a finite value says that there is none, which is flag 1.
    private static func point(_ point: Point) -> JSONValue {
        let time = ("timeUnixNano", JSONValue.string(String(point.time)))
        return point.value.isFinite
            ? .members([time, ("asDouble", .real(point.value))]) : .members([time, ("flags", 1)])
    }

    private static func span(_ span: Span, trace: String) -> JSONValue {
        var members: [(String, JSONValue)] = []
        members.append(("traceId", .string(trace)))
        members.append(("spanId", .string(hexadecimal(span.id))))
        if let parent = span.parent { members.append(("parentSpanId", .string(hexadecimal(parent)))) }
        members.append(("name", .string(span.name)))
        // SPAN_KIND_INTERNAL
        members.append(("kind", 1))
        members.append(("startTimeUnixNano", .string(String(span.start))))
        members.append(("endTimeUnixNano", .string(String(span.end))))
        members.append(("attributes", attributes(span.attributes)))
        // STATUS_CODE_OK and STATUS_CODE_ERROR
        var status: [(String, JSONValue)] = [("code", span.failure == nil ? 1 : 2)]
        if let failure = span.failure { status.append(("message", .string(failure))) }
        members.append(("status", .members(status)))
        return .members(members)
    }

    static func hexadecimal(_ id: UInt64) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func attributes(_ attributes: [Attribute]) -> JSONValue {
        .array(
            attributes.map { attribute in
                let value: (String, JSONValue) =
                    switch attribute.value {
                    case .text(let text): ("stringValue", .string(text))
                    case .integer(let integer): ("intValue", .string(String(integer)))
                    }
                return .members([("key", .string(attribute.name)), ("value", .members([value]))])
            })
    }

    /// Units of UCUM.
    private static func unit(of name: String) -> String {
        if name.hasSuffix("_per_second") { return "1/s" }
        if name.hasSuffix("_seconds") || name.hasSuffix("_runtime") { return "s" }
        return name.hasSuffix("_bytes") ? "By" : "1"
    }
}
