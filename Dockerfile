# One image for web, worker and scheduler. Built in three steps so that the last holds no tools.
FROM node:22-slim AS front
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS packages
WORKDIR /app
COPY requirements.lock requirements-tools.lock ./
RUN python -m venv /opt/tools && /opt/tools/bin/pip install --require-hashes -r requirements-tools.lock \
    && python -m venv /opt/venv --without-pip \
    && /opt/tools/bin/uv pip sync --python /opt/venv/bin/python --require-hashes requirements.lock

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home ace && install -d -o ace -g ace /data
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 DJANGO_SETTINGS_MODULE=ace_portal.settings ACE_DATA_DIR=/data
COPY --from=packages /opt/venv /opt/venv
COPY --from=front /app/node_modules ./node_modules
COPY . .
RUN SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(64))') \
    ACE_DATA_DIR=/tmp/build ACE_STATIC_ROOT=/app/build/static python manage.py prepare_static
USER ace
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "ace_portal.wsgi:application", "--bind", "0.0.0.0:8000"]
