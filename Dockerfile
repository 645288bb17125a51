# The site as a container image: what the browser loads, what Python loads, and a small image that only runs them.
# PostgreSQL is not in it; docker-compose.yml brings PostGIS.

FROM node:18-bookworm-slim AS browser
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund
COPY scripts/*.mjs scripts/
COPY mapapp/static/ mapapp/static/
RUN npm run build

FROM python:3.11-slim-bookworm AS wheels
WORKDIR /app
RUN python -m venv .venv
COPY requirements.txt ./
RUN .venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml requirements.in README.md ./
COPY mapapp/ mapapp/
COPY geodata/ geodata/
COPY migrations/ migrations/
# Editable: the image runs the sources that the last stage copies to this same place.
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e .
RUN .venv/bin/pybabel -q compile -d mapapp/translations

FROM python:3.11-slim-bookworm
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    MAPAPP_HOST=0.0.0.0 MAPAPP_PORT=8000 MAPAPP_DATA_DIR=/data
RUN useradd --system --uid 10001 --home-dir /data --no-create-home atlas && install -d -o atlas -g atlas -m 0700 /data
WORKDIR /app
COPY --from=wheels /app/ ./
COPY --from=browser /app/mapapp/static/dist/ mapapp/static/dist/
COPY LICENSE ./
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz/ready', timeout=4)"]
CMD ["mapapp", "serve"]
