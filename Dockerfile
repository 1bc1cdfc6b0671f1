# syntax=docker/dockerfile:1
# The mock in a container: docker build -t proofsheet . ; how to run it is in docs/deploy.md.
# Its root may be read-only, its user is nobody's; with several --workers and --metrics it wants a /tmp to write to.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /src
# What it needs, by the locked hashes; this layer stays as long as the lock does.
COPY requirements/run.txt requirements/run.txt
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/proofsheet \
    && /opt/proofsheet/bin/python -m pip install --disable-pip-version-check --require-hashes -r requirements/run.txt
COPY . .
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/proofsheet/bin/python -m pip install --disable-pip-version-check --no-deps . \
    && /opt/proofsheet/bin/python -m pip uninstall --yes --disable-pip-version-check pip setuptools \
    && /opt/proofsheet/bin/python -m compileall -q /opt/proofsheet/lib

FROM ${PYTHON}
LABEL org.opencontainers.image.title="Proofsheet" \
      org.opencontainers.image.description="A mock of generative-media APIs, and the judge of their contracts" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/proofsheet /opt/proofsheet
ENV PATH=/opt/proofsheet/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PROOFSHEET_SERVE_HOST=0.0.0.0
WORKDIR /work
USER 10001:10001
EXPOSE 4010
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:4010/readyz', timeout=2)"]
ENTRYPOINT ["proofsheet"]
CMD ["serve"]
