"""Draws the pictures of README.md (data flow, three rows) and of calibration-and-oodscore.md. Run it in this folder."""

import random

# OodScores of the kept-back digits 0 to 7 and of the unseen digits 8 and 9, in twentieths: examples/ScoringService with its model.
KNOWN = [6, 20, 16, 21, 19, 31, 29, 16, 22, 20, 43, 31, 24, 38, 18, 12, 16, 22, 14, 15]
UNSEEN = [0] * 15 + [1, 1, 5, 27, 320]

# An illustration: what a classifier says (confidence) and how often it is right then (accuracy), before and after a temperature.
CONFIDENCES = [0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95]
OVERCONFIDENT = [0.30, 0.36, 0.43, 0.50, 0.58, 0.66, 0.80]
CALIBRATED = [0.36, 0.44, 0.56, 0.64, 0.76, 0.84, 0.95]

BLUE, ORANGE, GREY, BLACK = "#2563a8", "#e08214", "#999", "#222"


def text(x, y, words, anchor="middle", size=13, colour=BLACK, turn=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"{turn}>{words}</text>'


def svg(name, width, height, title, parts):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'font-family="sans-serif" role="img" aria-label="{title}">\n<title>{title}</title>\n<rect width="{width}" height="{height}" fill="#fff"/>\n')
    with open(name, "w", newline="\n") as file:
        file.write(head + "\n".join(parts) + "\n</svg>\n")


def reliability():
    left, top, side = 60, 20, 300

    def at(confidence, accuracy):
        return f"{left + side * confidence:.1f},{top + side * (1 - accuracy):.1f}"

    parts = [f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="{GREY}"/>',
             f'<polyline points="{at(0, 0)} {at(1, 1)}" stroke="{GREY}" stroke-dasharray="5 4" fill="none"/>']
    for values, colour in ((OVERCONFIDENT, ORANGE), (CALIBRATED, BLUE)):
        points = [at(confidence, accuracy) for confidence, accuracy in zip(CONFIDENCES, values)]
        parts.append(f'<polyline points="{" ".join(points)}" stroke="{colour}" stroke-width="2.5" fill="none"/>')
        parts += [f'<circle cx="{point.split(",")[0]}" cy="{point.split(",")[1]}" r="4" fill="{colour}"/>' for point in points]
    for value in (0, 0.5, 1):
        parts += [text(left + side * value, top + side + 18, value), text(left - 8, top + side * (1 - value) + 5, value, "end")]
    parts += [text(left + side / 2, top + side + 40, "highest probability of a row (confidence)"),
              text(18, top + side / 2, "share of them that is right", turn=f' transform="rotate(-90 18 {top + side / 2:.0f})"'),
              text(left + 20, top + 30, "calibrated: says 0.85, is right 85 times in 100", "start", colour=BLUE),
              text(left + side - 10, top + side - 24, "over-confident: says 0.85,", "end", colour=ORANGE),
              text(left + side - 10, top + side - 8, "is right 66 times in 100", "end", colour=ORANGE)]
    svg("calibration.svg", 400, 375, "A reliability diagram: calibrated and over-confident probabilities", parts)


def histogram():
    left, top, width, height, most = 50, 20, 480, 220, 0.35
    parts = []
    bar = width / 20
    for counts, colour, shift in ((KNOWN, BLUE, 0), (UNSEEN, ORANGE, 0.5)):
        total = sum(counts)
        for i, count in enumerate(counts):
            tall = min(count / total, most) / most * height
            parts.append(f'<rect x="{left + bar * (i + shift) + 1:.1f}" y="{top + height - tall:.1f}" width="{bar / 2 - 1:.1f}" height="{tall:.1f}" fill="{colour}"/>')
    line = top + height - 0.05 / most * height
    threshold = left + width * 0.95
    parts += [f'<line x1="{left}" x2="{left + width}" y1="{line:.1f}" y2="{line:.1f}" stroke="{GREY}" stroke-dasharray="5 4"/>',
              text(left + 4, line - 5, "uniform: a twentieth each", "start", 11, GREY),
              f'<line x1="{threshold}" x2="{threshold}" y1="{top - 8}" y2="{top + height}" stroke="{BLACK}"/>',
              text(threshold - 6, top + 4, "threshold 0.95", "end", 12),
              f'<line x1="{left}" x2="{left + width}" y1="{top + height}" y2="{top + height}" stroke="{GREY}"/>',
              text(left + 20, top + 40, f"digits like the training data: {100 * KNOWN[-1] / sum(KNOWN):.1f} % above", "start", colour=BLUE),
              text(left + 20, top + 60, f"digits never seen: {100 * UNSEEN[-1] / sum(UNSEEN):.1f} % above (bar cut off)", "start", colour=ORANGE),
              text(left + width / 2, top + height + 38, "OodScore")]
    parts += [text(left + width * value, top + height + 18, value) for value in (0, 0.25, 0.5, 0.75, 1)]
    svg("oodscore.svg", 560, 290, "OodScore of familiar and of unseen digits", parts)


def box(x, y, width, height, title, lines, colour=BLACK, fill="#f4f6f8"):
    parts = [f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>',
             f'<text x="{x + width / 2:.0f}" y="{y + 24}" text-anchor="middle" font-size="14" font-weight="bold" fill="{colour}">{title}</text>']
    return parts + [text(x + width / 2, y + 46 + 18 * i, line, size=12) for i, line in enumerate(lines)]


def arrow(x1, y1, x2, y2):
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{BLACK}" stroke-width="1.5" marker-end="url(#head)"/>'


HEAD = f'<defs><marker id="head" markerWidth="9" markerHeight="9" refX="8" refY="4.5" orient="auto"><path d="M0,0 L9,4.5 L0,9 z" fill="{BLACK}"/></marker></defs>'


def flow():
    parts = [HEAD,
             text(20, 30, "Training", "start", 13, GREY),
             *box(20, 42, 170, 104, "Labelled rows", ["a vector of float,", "a key; some labels", "may be missing"]),
             *box(250, 42, 200, 104, "Jem()", ["TorchSharp, CPU or CUDA:", "several small networks, each", "judged by rows it has not seen"], BLUE),
             *box(510, 42, 190, 104, "Model", ["one ONNX graph, in", "model.zip (ML.NET) or", "model.onnx (any runtime)"]),
             arrow(190, 94, 248, 94), arrow(450, 94, 508, 94),
             f'<polyline points="605,146 605,172 350,172" fill="none" stroke="{BLACK}" stroke-width="1.5"/>', arrow(350, 172, 350, 214),
             text(20, 204, "Scoring", "start", 13, GREY),
             *box(20, 216, 170, 112, "New rows", ["the same features,", "no label"]),
             *box(250, 216, 200, 112, "Transform", ["ONNX Runtime:", "no TorchSharp needed,", "no GPU"], BLUE),
             *box(510, 216, 190, 112, "Four columns", ["PredictedLabel, Score:", "which class, how sure", "OodScore, Energy:", "how unfamiliar"]),
             arrow(190, 268, 248, 268), arrow(450, 268, 508, 268)]
    svg("dataflow.svg", 720, 344, "Data flow: labelled rows train a model, which gives four columns for each new row", parts)


def three_rows():
    draws = random.Random(1)
    left, top, side = 20, 20, 280
    parts = [f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="{GREY}"/>']
    for (x, y), colour in (((0.27, 0.34), BLUE), ((0.67, 0.34), ORANGE)):
        for _ in range(70):
            parts.append(f'<circle cx="{left + side * draws.gauss(x, 0.075):.1f}" cy="{top + side * draws.gauss(y, 0.09):.1f}" r="3" fill="{colour}" fill-opacity="0.55"/>')
    parts += [text(left + side * 0.27, top + 22, "class A", colour=BLUE), text(left + side * 0.67, top + 22, "class B", colour=ORANGE)]
    rows = [("1", 0.25, 0.33, "Familiar, and clearly class A.", "0.99 / 0.01", "0.31", "Use the answer."),
            ("2", 0.47, 0.35, "Between two known classes.", "0.52 / 0.48", "0.62", "Score is undecided: ask a person."),
            ("3", 0.30, 0.86, "Far from all training rows.", "0.76 / 0.24", "0.998", "Not a known class: do not answer.")]
    for i, (name, x, y, what, score, ood, action) in enumerate(rows):
        parts += [f'<circle cx="{left + side * x:.0f}" cy="{top + side * y:.0f}" r="11" fill="{BLACK}" stroke="#fff" stroke-width="2"/>',
                  text(left + side * x, top + side * y + 5, name, colour="#fff")]
        line = 62 + 88 * i
        parts += [f'<circle cx="345" cy="{line - 5}" r="11" fill="{BLACK}"/>', text(345, line, name, colour="#fff"),
                  text(366, line, what, "start"), text(366, line + 20, f"Score (A / B): {score}", "start"),
                  f'<text x="560" y="{line + 20}" font-size="13" font-weight="{"bold" if i == 2 else "normal"}" fill="{BLACK}">OodScore: {ood}</text>',
                  text(366, line + 40, f"→ {action}", "start", colour=BLUE)]
    svg("score.svg", 720, 320, "Three rows: one familiar, one between two classes, one unlike all training rows; with Score and OodScore (illustration)", parts)


flow()
three_rows()
reliability()
histogram()
