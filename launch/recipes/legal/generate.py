"""Makes the sample terms of service: sections of an imaginary service's terms, with a plain summary of each.

    python3 generate.py        writes train.jsonl and validation.jsonl beside this script

A section has one or two clauses that matter, between clauses that every contract has; the summary says in plain words
what those that matter mean. Nothing was taken from elsewhere, and no firm is meant. Needs Python 3.9 or later and
nothing else.
"""
import json
import pathlib
import random

SEED = 20250614
SERVICES = ["Lanternbox", "Fernpost", "Quillhaven", "Mossgate", "Tidewick", "Papertrail", "Northloft", "Bramblenet"]
# (clauses that say it, summaries that say it plainly)
POINTS = {
    "sale": (["{s} does not sell, rent or lend your personal data to any third party for their own purposes.",
              "We will at no time sell your personal data, nor rent it out to third parties."],
             ["This service does not sell your personal data."]),
    "sharing": (["{s} may disclose your personal data to advertising partners, who may combine it with data of their own.",
                 "Your personal data may be disclosed to our advertising partners without further notice."],
                ["This service shares your personal data with advertisers."]),
    "deletion": (["You may delete your account at any time, and your personal data is erased within {n} days.",
                  "Upon deletion of your account all personal data relating to it is erased within {n} days."],
                 ["Your personal data is erased within {n} days when you delete your account."]),
    "retention": (["{s} retains your personal data for {n} days after your account was closed.",
                   "After closure of your account your personal data is kept for a further {n} days."],
                  ["Your personal data is kept for {n} days after you close your account."]),
    "changes": (["{s} may amend these terms at any time without notice, and continued use means acceptance.",
                 "These terms may be changed by us at any time without giving you notice."],
                ["The terms may change at any time without notice."]),
    "notice": (["You will be told of any change to these terms by e-mail at least {n} days in advance.",
                "No change to these terms takes effect before {n} days have passed since we sent you an e-mail."],
               ["You are told of changes to the terms {n} days in advance."]),
    "arbitration": (["Any dispute shall be resolved by binding arbitration, and you waive your right to a jury trial.",
                     "You waive your right to a trial in court; disputes go to binding arbitration."],
                    ["You give up the right to go to court."]),
    "licence": (["By uploading content you grant {s} a worldwide, royalty-free and perpetual licence to use it.",
                 "You grant us a perpetual and royalty-free licence to all content that you upload."],
                ["The service may use your content for ever without paying you."]),
    "ownership": (["You retain all rights in the content that you upload to {s}, and we claim none.",
                   "All rights in the content that you upload remain with you."],
                  ["You keep all rights in your content."]),
    "tracking": (["{s} uses cookies and similar technologies to follow your activity on other websites.",
                  "Cookies of ours follow your activity on other websites as well."],
                 ["This service tracks you on other websites."]),
    "logs": (["We keep no logs of the addresses from which you use {s}.",
              "The addresses from which you connect are not logged."],
             ["This service does not log your address."]),
    "suspension": (["We may suspend or terminate your account at any time and for any reason, without notice.",
                    "Your account may be terminated without notice and without a reason being given."],
                   ["Your account can be closed at any time without a reason."]),
    "refund": (["If you cancel within {n} days of purchase, the full price is refunded.",
                "The full price is refunded upon cancellation within {n} days of purchase."],
               ["You get your money back if you cancel within {n} days."]),
    "renewal": (["Your subscription renews automatically unless you cancel it at least {n} days before it ends.",
                 "Unless cancelled {n} days before its end, your subscription is renewed automatically."],
                ["The subscription renews by itself unless you cancel {n} days before."]),
}
FILLERS = [
    "These terms form an agreement between you and {s}.", "Headings are for convenience only.",
    "If a provision is held invalid, the others remain in force.", "Please read this section carefully.",
    "In this section, words in the singular include the plural, e.g. \"user\" includes \"users\".",
    "Nothing in Sec. {n} limits what the law of your country provides.", "You must be of legal age to use {s}.",
    "{s} Inc. is a company of the State in which it is registered.", "Questions about this section may be sent to our office.",
    "No failure to exercise a right is a waiver of that right.", "The English version of these terms prevails.",
    "Capitalised words have the meaning given in Art. {n}.",
]


def section(rng):
    values = {"s": rng.choice(SERVICES), "n": rng.choice([7, 10, 14, 21, 30, 45, 60, 90])}
    names = rng.sample(sorted(POINTS), rng.choice([1, 1, 2]))
    clauses = [rng.choice(POINTS[name][0]) for name in names]
    summary = " ".join(rng.choice(POINTS[name][1]) for name in names)
    fillers = rng.sample(FILLERS, rng.randint(3, 6))
    places = sorted(rng.sample(range(len(clauses) + len(fillers)), len(clauses)))
    sentences = []
    for place in range(len(clauses) + len(fillers)):
        sentences.append(clauses.pop(0) if place in places else fillers.pop(0))
    if rng.random() < 0.3:
        sentences = [f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1)]
    return {"document": " ".join(sentences).format(**values), "summary": summary.format(**values)}


def main():
    rng = random.Random(SEED)
    seen = set()
    for name, count in (("train", 60), ("validation", 20)):
        lines = []
        while len(lines) < count:
            row = section(rng)
            if row["document"] not in seen:
                seen.add(row["document"])
                lines.append(json.dumps(row) + "\n")
        path = pathlib.Path(__file__).with_name(name + ".jsonl")
        path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
