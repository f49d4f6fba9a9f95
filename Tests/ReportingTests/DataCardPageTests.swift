// The page and the summary of a data card, and the card beside a run that used the data.

import JSON
import Reporting
import TestSupport
import Testing

@Suite struct DataCardPageTests {
    private static let card: JSONValue = [
        "data_card": 1, "records": 12,
        "splits": [
            "train": [
                "records": 8, "rows": 9,
                "characters": ["sum": 80, "mean": 10, "min": 1, "median": 9, "p95": 20, "max": 20],
                "labels": ["good": 5, "bad": 3], "languages": ["en": 8],
            ],
            "test": [
                "records": 2, "rows": 2,
                "characters": ["sum": 8, "mean": 4, "min": 1, "median": 4, "p95": 7, "max": 7],
            ],
        ],
        "rules": [
            [
                "rule": "html", "does": "Tags go", "on": true, "removes": false, "count": 4,
                "examples": [["file": "a.jsonl", "record": 3, "before": "<b>x</b>", "after": "x"]],
            ],
            [
                "rule": "too_short", "does": "Short ones go", "on": false, "removes": true, "count": 0,
                "examples": [],
            ],
        ],
        "unusable": ["no_answer": 1], "personal_data": ["IBAN_CODE": 2],
        "duplicates": ["exact": 1, "near": 0, "leakage": 1, "moved": 0, "conflicting_labels": 0],
        "inputs": [
            [
                "file": "a.jsonl", "split": "divided", "format": "rows", "encoding": "utf-8", "bytes": 99,
                "xxh64": "ab",
            ]
        ],
        "outputs": [["file": "train.jsonl", "bytes": 70, "xxh64": "cd"]], "settings": ["seed": "42"],
    ]

    @Test("the page shows counts, rules, examples as text and the files")
    func page() throws {
        let folder = try TemporaryFolder()
        try DataCardPage.write(Self.card, directory: folder.path)
        let page = try folder.text(of: "data_card.html")
        for part in [
            "&lt;b&gt;x&lt;/b&gt;", "a.jsonl, record 3", "IBAN_CODE", "no_answer",
            "would have stood on both sides", "good",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(!page.contains("<b>x</b>"))
    }

    @Test("the summary names what happened and nothing else")
    func summary() {
        let lines = DataCardPage.summary(Self.card)
        #expect(lines.first == "12 records → train 9, test 2 rows")
        #expect(lines.contains("  html: 4 texts changed") && !lines.contains { $0.contains("too_short") })
    }

    @Test("the report of a run shows the card of the folder that its training file is in")
    func beside() throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.card.json, to: "data/data_card.json")
        try folder.write("train_file: \"\(folder.path)/data/train.jsonl\"\n", to: "run/recipe.yaml")
        try folder.write("{\"step\": 1, \"loss\": 0.5, \"learning_rate\": 0.1}\n", to: "run/metrics.jsonl")
        let titles = try ReportPage.document(directory: folder.path + "/run").sections.map(\.title)
        #expect(titles.contains("Data: splits") && titles.contains("Data: rules"))
    }
}
