"""The options of `proofsheet serve`, in the order in which --help prints them."""

from __future__ import annotations

from pathlib import Path

import click

from proofsheet.mockserver import option_values as values
from proofsheet.mockserver.tasks.pace import EXPECTED
from proofsheet.spec.cli_options import documents_option

OPTIONS = (
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option(
        "--port", default=4010, show_default=True, type=click.IntRange(0, 65535), help="0: any free one."
    ),
    click.option(
        "--admin-key",
        callback=values.admin_key,
        metavar="KEY|none",
        help="What /_mock/ and /metrics ask for; needed where other machines call.",
    ),
    click.option(
        "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes."
    ),
    click.option(
        "--pace",
        default="immediate",
        show_default=True,
        callback=values.pace,
        metavar="immediate|real[*FACTOR]|SECONDS",
        help="How long an answer takes.",
    ),
    click.option(
        "--task-pace",
        default="quick",
        show_default=True,
        callback=values.task_pace,
        metavar="PACE",
        help=f"How fast tasks go: {EXPECTED}.",
    ),
    click.option(
        "--stream-pace",
        callback=values.stream_pace,
        metavar="PACE",
        help="How fast streams go: ttft=0.3,tps=40,jitter=0.2.  [default: all at once]",
    ),
    click.option(
        "--answers",
        callback=values.answers,
        type=click.Path(path_type=Path),
        metavar="FILE|DIR",
        help="Answers that were written down, as YAML, as aimock has them, or recorded.",
    ),
    click.option(
        "--public-url",
        callback=values.public_url,
        metavar="URL",
        help="What links in answers begin with.  [default: as the client sees the double]",
    ),
    click.option(
        "--callbacks",
        default="loopback",
        show_default=True,
        callback=values.callbacks,
        metavar="loopback|anywhere|HOST,…",
        help="Where callbacks of tasks may go.",
    ),
    click.option(
        "--date",
        callback=values.date,
        metavar="YYYY-MM-DD",
        help="The day on the double's clock, to rehearse what ends.  [default: today]",
    ),
    click.option(
        "--state",
        callback=values.state,
        metavar="memory|URL",
        help="Where credits, limits, tasks and journal are: redis://host:port/db, rediss://…, "
        "unix://path (Valkey too), shared by all that name it.  [default: memory]",
    ),
    click.option("--seed", type=int, help="Make fresh seeds and faults reproducible."),
    click.option("--keys", callback=values.keys, metavar="KEY,…|FILE", help="The only keys that are known."),
    click.option(
        "--credits",
        default="1000",
        show_default=True,
        callback=values.credits,
        metavar="N|unlimited",
        help="Credits a key starts with.",
    ),
    click.option(
        "--rate-limit",
        default="on",
        show_default=True,
        type=click.Choice(["on", "off"]),
        help="Whether rate limits bite.",
    ),
    click.option(
        "--language",
        default="on",
        show_default=True,
        type=click.Choice(["on", "off"]),
        help="Whether prompts that are clearly not English are refused.",
    ),
    click.option(
        "--fault",
        "fault",
        multiple=True,
        callback=values.faults,
        metavar="FAULT[@SHARE]",
        help="latency=…, reset, truncate, slow=…, malformed; repeatable.",
    ),
    click.option("--metrics", is_flag=True, help="Show what is counted at /metrics, for Prometheus."),
    click.option(
        "--log",
        type=click.Choice(["text", "json"]),
        metavar="text|json",
        help="A line for each request, on stderr.  [default: none]",
    ),
    click.option(
        "--traces",
        type=click.Choice(["otlp", "console"]),
        metavar="otlp|console",
        help="A span for each request, by OpenTelemetry (OTEL_… variables say where to).",
    ),
    click.option(
        "--journal",
        "journal_size",
        default=500,
        show_default=True,
        type=click.IntRange(1, 100_000),
        help="Calls that the journal keeps.",
    ),
    click.option(
        "--check-replies", is_flag=True, help="Check each JSON reply against its schema; a breach is a 500."
    ),
    click.option(
        "--replay",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Answer what `proofsheet proxy --record DIR` recorded from there.",
    ),
    click.option(
        "--cors",
        is_flag=False,
        flag_value="*",
        callback=values.origins,
        metavar="[ORIGIN,…]",
        help="Let pages of other origins call: http://localhost:5173, or any.",
    ),
    click.option(
        "--tls-cert",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Serve https with this certificate (PEM).",
    ),
    click.option(
        "--tls-key",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Its key.  [default: in the same file]",
    ),
    click.option(
        "--tls",
        type=click.Choice(["self-signed"]),
        metavar="self-signed",
        help="Serve https with a certificate that is made now.",
    ),
    click.option(
        "--tls-ca",
        type=click.Path(path_type=Path, dir_okay=False),
        default="proofsheet-ca.pem",
        show_default=True,
        metavar="FILE",
        help="Where --tls writes what clients are to trust.",
    ),
    click.option(
        "--drain",
        type=click.FloatRange(0, 600),
        default=0.0,
        metavar="SECONDS",
        help="How long one that is told to end (SIGTERM) serves on, not ready for more, so that a "
        "balancer goes elsewhere.  [default: 0]",
    ),
    click.option("--reload", is_flag=True, help="Load the documents again when their files change."),
    documents_option,
    click.option(
        "--artifacts",
        type=click.Choice(["full", "small"]),
        default="full",
        show_default=True,
        help="small: pictures of as many pixels and few bytes, for load tests.",
    ),
    click.option(
        "--no-warm", is_flag=True, help="Do not draw ahead what one-megapixel pictures are made of."
    ),
    click.option("--quiet", is_flag=True, help="No banner."),
)
