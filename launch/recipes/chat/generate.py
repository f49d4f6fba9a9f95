"""Makes the sample conversations: a help desk of an imaginary repair shop, from a few patterns and a seed.

    python3 generate.py        writes train.jsonl and validation.jsonl beside this script

Nothing was taken from elsewhere, and no person or firm is meant. Needs Python 3.9 or later and nothing else.
"""
import json
import pathlib
import random

SEED = 20250301
SYSTEM = "You are the help desk of a repair shop. Answer briefly and politely."
THINGS = {  # thing: (fault, cause, price, days)
    "bicycle": ("the brake squeals", "grit in the brake pads", 15, 1),
    "toaster": ("the lever does not stay down", "a worn latch", 18, 2),
    "radio": ("there is a hum in the speaker", "an old capacitor", 30, 5),
    "lamp": ("the light flickers", "a loose contact in the switch", 12, 1),
    "sewing machine": ("the thread keeps breaking", "a blunt needle and too much tension", 25, 3),
    "coffee grinder": ("it turns but does not grind", "worn burrs", 22, 4),
    "vacuum cleaner": ("it has lost its suction", "a blocked hose", 10, 1),
    "wall clock": ("it loses ten minutes a day", "dry oil in the movement", 40, 7),
    "umbrella": ("one rib is bent", "a broken rivet", 8, 1),
    "camera": ("the shutter sticks", "sand behind the shutter button", 45, 6),
}
OPENINGS = ["Hello, my {thing} needs help: {fault}.", "Good morning. I have {a} {thing} and {fault}.",
            "Can you repair {a} {thing}? The trouble is that {fault}."]
DIAGNOSES = ["I am sorry to hear that. The usual cause is {cause}.",
             "That is most often due to {cause}. We repair that every week."]
PRICES = ["What would that cost?", "How much is the repair?"]
PRICE_ANSWERS = ["The repair costs {price} euros, parts included.", "That would be {price} euros with all parts."]
TIMES = ["How long does it take?", "When can I have it back?"]
TIME_ANSWERS = ["It is ready after {days}.", "Please allow {days}."]
WARRANTIES = ["Is there a warranty?", "And if it breaks again?"]
WARRANTY_ANSWERS = ["Yes, twelve months on the work and the parts.",
                    "Then we repair it again free of charge within twelve months."]
ENDS = ["Thank you, I will bring it tomorrow.", "Good, I will come by this week."]
END_ANSWERS = ["You are welcome. We are open from nine to six.",
               "Very well, we look forward to it. We are open from nine to six."]


def conversation(rng, thing):
    fault, cause, price, days = THINGS[thing]
    values = {"thing": thing, "a": "an" if thing[0] in "aeiou" else "a", "fault": fault, "cause": cause, "price": price,
              "days": "one working day" if days == 1 else f"{days} working days"}
    turns = [(OPENINGS, DIAGNOSES)]
    middle = [(PRICES, PRICE_ANSWERS), (TIMES, TIME_ANSWERS), (WARRANTIES, WARRANTY_ANSWERS)]
    turns += rng.sample(middle, rng.randint(1, 3)) + [(ENDS, END_ANSWERS)] * rng.randint(0, 1)
    messages = [{"role": "system", "content": SYSTEM}] if rng.random() < 0.5 else []
    for questions, answers in turns:
        messages.append({"role": "user", "content": rng.choice(questions).format(**values)})
        messages.append({"role": "assistant", "content": rng.choice(answers).format(**values)})
    return messages


def main():
    rng = random.Random(SEED)
    seen = set()
    for name, count in (("train", 80), ("validation", 16)):
        lines = []
        while len(lines) < count:
            line = json.dumps({"messages": conversation(rng, rng.choice(sorted(THINGS)))}, ensure_ascii=False)
            if line not in seen:
                seen.add(line)
                lines.append(line + "\n")
        (pathlib.Path(__file__).parent / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
