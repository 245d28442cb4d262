"""The quality panel: measured figures of every system, as bars and as a table."""

from pathlib import Path

import streamlit as st

from recommender.catalogue.store import Catalogue
from recommender.config import DEMO
from recommender.evaluation import recorded
from recommender.evaluation.recorded import CHANCE, COLOUR, Answer, Figure, Rebuilt
from recommender.models import BASELINE, BEST, MODEL_INFOS
from recommender.ui.shared import words

STYLES = Path(__file__).with_suffix(".css")
NAMES = {
    **{info.name: info.title for info in MODEL_INFOS},
    COLOUR: "Colours alone",
    CHANCE: "Pure chance",
}
SAME_KIND = ("Same kind of thing", "Of the four nearest products, how many are of the same kind")
# Title and meaning of each measure, in a shop's words
TITLES = {
    ("demo / demo / category", "precision_at_4"): SAME_KIND,
    ("demo / demo / design", "precision_at_4"): (
        "Same design, other look",
        "Of the four nearest, how many are the same design in another colour or material; "
        "75% is the most possible, as a design has at most three other looks",
    ),
    ("demo / customer / item_id", "recall_at_1"): (
        "Found from a customer’s photo, at once",
        "How often the very product in a customer’s photo comes first",
    ),
    ("demo / customer / item_id", "recall_at_5"): (
        "Found from a customer’s photo, in the first five",
        "How often the very product is among the first five",
    ),
    ("style / style / category", "precision_at_4"): (
        "The article’s own shop: same kind",
        "Of the four nearest fashion products, how many are of the same type",
    ),
    ("style / style / brand", "precision_at_4"): (
        "The article’s own shop: same brand",
        "Of the four nearest, how many are of the same brand, judged by pictures alone",
    ),
    ("style / altered pictures", "recall_at_1"): (
        "The article’s own shop: found again",
        "How often a product comes first after its picture was cropped, turned, relit and put on "
        "another background",
    ),
    ("clothing-train / clothing-test / category", "precision_at_5"): (
        "Clothes, photographed at home",
        "Of the five nearest photos, how many show the same kind of clothing",
    ),
}
BASIS = (
    "Why they differ: our model builds on a network trained on a million photos, and on how that "
    "network’s features are weighed. The article’s network learned from 1,500 pictures alone, and "
    "runs here exactly as published. The labels used for scoring were never used in training."
)
HOW_TO_READ = "The thin line at the end of a bar is the 95% confidence interval."
KEPT = (
    "Pictures of the article’s own shop that no model was trained on, decoded from what was kept "
    "of them and compared with the originals. JPEG and WebP have the size of our model’s code."
)
FLATTERY = (
    "The demo catalogue is rendered: its pictures are clean and alike, which flatters every model."
)


def show(catalogue: Catalogue) -> None:
    """Draw the figures measured on a catalogue and on other pictures."""
    here = recorded.answers(catalogue.name)
    elsewhere = recorded.answers_elsewhere(catalogue.name)
    st.html('<h2 class="panel-title">How good are they?</h2>')
    if here:
        n_items = here[0].n_gallery
        note = FLATTERY if catalogue.name == DEMO else ""
        st.html(
            f'<p class="quiet">On this catalogue of {words.count(n_items, "product")}. {note} '
            f"{HOW_TO_READ}</p>" + _bars(here)
        )
        _draw_weaknesses(catalogue)
    else:
        _draw_unmeasured(catalogue)
    if elsewhere:
        st.html('<h3 class="panel-part">On other pictures</h3>' + _bars(elsewhere))
    if kept := recorded.rebuilding():
        st.html(_rebuilding(kept))
    st.html(f'<p class="basis">{BASIS}</p>')
    if here or elsewhere:
        with st.expander("The same figures as a table"):
            st.html(_table([*here, *elsewhere]))


def _draw_unmeasured(catalogue: Catalogue) -> None:
    commands = "\n".join(recorded.command(catalogue.name, name) for name in (BEST, BASELINE))
    st.html(
        '<div class="message plain"><strong>This catalogue has not been measured.</strong> '
        "Only figures can say whether the answers above are good. If the products have "
        "categories, measure with:</div>"
    )
    st.code(commands, language="bash")


def _draw_weaknesses(catalogue: Catalogue) -> None:
    lines = []
    for weakness in recorded.weaknesses(catalogue.name):
        labels = ", ".join(
            f"{words.html(label.replace('_', ' '))} ({words.similarity(share)})"
            for label, share in weakness.labels
        )
        lines.append(f"<li><b>{NAMES[weakness.system]}</b> is weakest at {labels}.</li>")
    if lines:
        lines.append(
            f"<li><b>{NAMES[COLOUR]}</b> ignores shape: a red mug is as good as a red chair.</li>"
        )
        st.html(
            f'<h3 class="panel-part">Where each is weak</h3><ul class="weak">{"".join(lines)}</ul>'
        )


def _bars(answers: list[Answer]) -> str:
    return f'<div class="bars">{"".join(_figure(answer) for answer in answers)}</div>'


def _figure(answer: Answer) -> str:
    title, note = _title(answer)
    goal = answer.question.goal
    rows = "".join(_bar(figure, goal) for figure in answer.figures)
    ours = answer.figures[0].value
    verdict = "" if goal is None else f'<p class="goal">{_verdict(goal, ours)}</p>'
    asked = words.count(answer.n_queries, "search", "searches")
    return (
        f'<figure class="measure"><figcaption><b>{title}</b><span>{note}. {asked}.</span>'
        f"</figcaption><div>{rows}</div>{verdict}</figure>"
    )


def _bar(figure: Figure, goal: float | None) -> str:
    share = f"{figure.value:.1%}"
    whisker = ""
    if figure.interval:
        low, high = figure.interval
        whisker = f'<s style="left:{low:.2%};width:{max(high - low, 0.004):.2%}"></s>'
    tick = f'<u style="left:{goal:.2%}"></u>' if goal is not None else ""
    return (
        f'<div class="row {figure.system}"><span>{NAMES[figure.system]}</span>'
        f'<div class="track" aria-hidden="true"><i style="width:{share}"></i>{whisker}{tick}</div>'
        f"<b>{words.similarity(figure.value)}</b></div>"
    )


def _verdict(goal: float, ours: float) -> str:
    """Whether a goal was reached, in one line; what it was missed by is never rounded away."""
    aim = f"Our goal was {words.exact_share(goal)}"
    if ours >= goal:
        return f"{aim}: <b>reached</b>."
    missed = max(0.1, round(100 * (goal - ours), 1))
    points = f"{missed:.1f}".removesuffix(".0")
    unit = "point" if points == "1" else "points"
    return f"{aim}: <b>not reached</b>, by {points} percentage {unit}."


def _table(answers: list[Answer]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in (*NAMES.values(), "Goal"))
    body = ""
    for answer in answers:
        figures = {figure.system: figure for figure in answer.figures}
        cells = "".join(f"<td>{_cell(figures.get(system))}</td>" for system in NAMES)
        goal = answer.question.goal
        aim = "" if goal is None else words.exact_share(goal)
        title = _title(answer)[0]
        body += f'<tr><th scope="row">{title}</th>{cells}<td>{aim}</td></tr>'
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Figures">'
        '<table class="figures">'
        "<caption>Share of right answers, with the 95% confidence interval in brackets where it "
        "was recorded.</caption>"
        f'<thead><tr><th scope="col">Question</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    text = f"{figure.value:.1%}"
    if figure.interval:
        low, high = figure.interval
        text += f" <small>({low:.1%} to {high:.1%})</small>"
    return text


def _title(answer: Answer) -> tuple[str, str]:
    return TITLES.get((answer.question.key, answer.question.measure), SAME_KIND)


def _rebuilding(kept: list[Rebuilt]) -> str:
    """Draw what each keeps of a picture: how large it is, and how faithful."""
    body = "".join(
        f'<tr><th scope="row">{NAMES.get(row.system, row.system)}</th><td>{row.n_bytes:,}</td>'
        f"<td>{row.psnr:.1f}</td><td>{row.ssim:.3f}</td></tr>"
        for row in kept
    )
    columns = ("What was kept", "Bytes a picture", "PSNR, in decibels", "SSIM, at most 1")
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return (
        f'<h3 class="panel-part">What they keep of a picture</h3><p class="quiet">{KEPT}</p>'
        '<div class="scroll" tabindex="0" role="region" aria-label="Kept pictures">'
        f'<table class="figures kept"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )
