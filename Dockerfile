# The bot in a small image: no compiler, no root, nothing written but in /data.
#
#   docker build --tag pilcrow .
#   docker run --rm --volume pilcrow:/data --volume ./my-articles:/articles:ro pilcrow build /articles
#   docker run --detach --name pilcrow --restart unless-stopped --env-file .env \
#     --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     --volume pilcrow:/data pilcrow

# PyTorch exports the model, and stays behind: the image has no need of it.
FROM python:3.11-slim-bookworm AS export
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY index index
COPY bot bot
# PyPI's PyTorch for Linux is the one for NVIDIA cards, several gigabytes more.
RUN pip install --extra-index-url https://download.pytorch.org/whl/cpu --constraint constraints.txt .
RUN pilcrow build sample --index /index && mv /index/encoders/* /model

FROM python:3.11-slim-bookworm AS install
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/pilcrow
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY deploy/serving.txt deploy/serving.txt
RUN /opt/pilcrow/bin/pip install --constraint constraints.txt --requirement deploy/serving.txt
COPY index index
COPY bot bot
RUN /opt/pilcrow/bin/pip install --no-deps .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /data pilcrow
COPY --from=install /opt/pilcrow /opt/pilcrow
COPY --from=export /model /opt/model
ENV PATH=/opt/pilcrow/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PILCROW_MODEL=/opt/model \
    PILCROW_INDEX=/data/index \
    # For the health check alone: nothing outside of the container reaches it.
    PILCROW_METRICS=127.0.0.1:9464
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s CMD ["pilcrow", "health"]
ENTRYPOINT ["pilcrow"]
CMD ["run"]
