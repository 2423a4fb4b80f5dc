"""Draws the two pictures of calibration-and-oodscore.md. Run it in this folder."""

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


reliability()
histogram()
