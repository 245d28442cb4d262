"""What the samples of a crowd say, as a document and as a table."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tools.load.crowd import PICTURES, Plan, Sample

MOST_ERRORS = 5
ALL = "all"
COLUMNS = ("runs", "errors", "p50_ms", "p95_ms", "max_ms", "first_p50_ms", "kb_a_run")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed (nearest rank).

    Parameters
    ----------
    values : at least one, in any order
    share : in (0, 1]
    """
    if not values or not 0 < share <= 1:
        raise ValueError(f"expected values and a share in (0, 1], got {len(values)} and {share}")
    return sorted(values)[math.ceil(share * len(values)) - 1]


def summary(samples: Sequence[Sample]) -> dict[str, float]:
    """Counts, and latencies in milliseconds, of one kind of action or of all."""
    latencies = [1e3 * sample.latency_s for sample in samples]
    firsts = [1e3 * each.first_delta_s for each in samples if each.first_delta_s is not None]
    return {
        "runs": len(samples),
        "errors": sum(bool(sample.error) for sample in samples),
        "p50_ms": round(percentile(latencies, 0.5), 1),
        "p95_ms": round(percentile(latencies, 0.95), 1),
        "max_ms": round(max(latencies), 1),
        "first_p50_ms": round(percentile(firsts, 0.5), 1) if firsts else 0.0,
        "first_p95_ms": round(percentile(firsts, 0.95), 1) if firsts else 0.0,
        "kb_a_run": round(sum(sample.n_bytes for sample in samples) / len(samples) / 1024, 1),
    }


def make(
    plan: Plan,
    samples: Sequence[Sample],
    *,
    memory_mb: Sequence[float] = (),
    cpu_s: float = 0.0,
    tool_cpu_s: float = 0.0,
) -> dict[str, Any]:
    """The report as JSON values.

    Parameters
    ----------
    samples : in the order in which they began
    memory_mb : of the server, second by second
    cpu_s, tool_cpu_s : processor time that the server and this tool took; a tool that is busy all
        the time measures itself
    """
    runs = [sample for sample in samples if sample.action != PICTURES]
    if not runs:
        raise ValueError("nobody did anything")
    elapsed_s = max(sample.started_s + sample.latency_s for sample in samples)
    actions = {sample.action: None for sample in samples}
    report: dict[str, Any] = {
        "visitors": plan.n_visitors,
        "journey": plan.journey,
        "with_pictures": plan.with_pictures,
        "seconds": round(elapsed_s, 1),
        "runs_a_second": round(len(runs) / elapsed_s, 1),
        ALL: summary(runs),
        "actions": {
            name: summary([sample for sample in samples if sample.action == name])
            for name in actions
        },
        "received_mb": round(sum(sample.n_bytes for sample in samples) / 1024**2, 1),
        "server_cpu_ms_a_run": round(1e3 * cpu_s / len(runs), 1),
        "server_cpu_share": round(cpu_s / elapsed_s, 2),
        "tool_cpu_share": round(tool_cpu_s / elapsed_s, 2),
        "errors": Counter(each.error for each in samples if each.error).most_common(MOST_ERRORS),
    }
    if memory_mb:
        report["memory_mb"] = {
            "first": round(memory_mb[0]),
            "min": round(min(memory_mb)),
            "median": round(statistics.median(memory_mb)),
            "max": round(max(memory_mb)),
            "last": round(memory_mb[-1]),
        }
    return report


def table(report: dict[str, Any]) -> str:
    """The report for people."""
    lines = [
        f"{report['visitors']} visitors, {report['journey']}, {report['seconds']} s: "
        f"{report['runs_a_second']} runs a second, {report['received_mb']} MB received",
        f"{'':12}" + "".join(f"{column:>14}" for column in COLUMNS),
    ]
    for name, row in {ALL: report[ALL], **report["actions"]}.items():
        lines.append(f"{name:12}" + "".join(f"{row[column]:>14}" for column in COLUMNS))
    lines.append(
        f"the server took {report['server_cpu_ms_a_run']} ms of processor time a run and kept "
        f"{report['server_cpu_share']} cores busy; this tool {report['tool_cpu_share']}"
    )
    if "memory_mb" in report:
        steps = ", ".join(f"{name} {value}" for name, value in report["memory_mb"].items())
        lines.append(f"the server's memory in MB: {steps}")
    lines += [f"{count} x {error}" for error, count in report["errors"]]
    return "\n".join(lines)
