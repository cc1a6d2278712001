"""An audit as lines for a person and as JSON."""

from collections.abc import Sequence
from typing import Any

from autograder.values.audited import Audit


def audit_lines(audit: Audit, seconds: float) -> list[str]:
    """One line for each claim, followed by the evidence against it."""
    lines = [
        f"{audit.assignment}: {audit.points:g} points, {audit.caught} of {audit.misconceptions} misconceptions caught, "
        f"{audit.variants} right variants, seed {audit.seed}, {seconds:.1f} s"
    ]
    for finding in audit.findings:
        lines.append(f"  {'yes' if finding.holds else 'NO '} {finding.claim}")
        lines += [f"        {line}" for line in finding.against]
    return lines


def audit_results(audits: Sequence[Audit]) -> dict[str, Any]:
    """The audits as plain data for JSON."""
    return {
        "schema": 1,
        "passed": all(audit.passed for audit in audits),
        "assignments": [
            {
                "assignment": audit.assignment,
                "seed": audit.seed,
                "passed": audit.passed,
                "points": audit.points,
                "misconceptions": audit.misconceptions,
                "caught": audit.caught,
                "variants": audit.variants,
                "findings": [
                    {"claim": finding.claim, "holds": finding.holds, "against": list(finding.against)}
                    for finding in audit.findings
                ],
            }
            for audit in audits
        ],
    }
