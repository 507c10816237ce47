# The bot in a small image: no compiler, no root, nothing written but in /data.
#
#   docker build --tag pilcrow .
#   docker run --rm --volume pilcrow:/data --volume ./my-articles:/articles:ro pilcrow build /articles
#   docker run --detach --name pilcrow --restart unless-stopped --env-file .env \
#     --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     --volume pilcrow:/data pilcrow

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/pilcrow
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY index index
COPY bot bot
# PyPI's PyTorch for Linux is the one for NVIDIA cards, several gigabytes more.
RUN /opt/pilcrow/bin/pip install --no-cache-dir --disable-pip-version-check \
      --extra-index-url https://download.pytorch.org/whl/cpu --constraint constraints.txt .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /data pilcrow
COPY --from=build /opt/pilcrow /opt/pilcrow
ENV PATH=/opt/pilcrow/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PILCROW_INDEX=/data/index \
    # For the health check alone: nothing outside of the container reaches it.
    PILCROW_METRICS=127.0.0.1:9464
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s CMD ["pilcrow", "health"]
ENTRYPOINT ["pilcrow"]
CMD ["run"]
