# Three stages: the client, the binary with the client inside, and what runs: not root, and writing to /data only.
FROM node:22-bookworm-slim AS client
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm install --no-save --no-audit --no-fund
COPY web ./
RUN npm run build

FROM rust:1.95-slim-bookworm AS binary
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY crates crates
COPY --from=client /src/web/dist web/dist
RUN cargo build --profile dist --locked --package hearth-server --bin hearth

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --no-create-home hearth && install -d -o hearth -m 0700 /data
COPY --from=binary /src/target/dist/hearth /usr/local/bin/hearth
USER hearth
ENV HEARTH_DATA=/data HEARTH_LISTEN=0.0.0.0:3000
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
ENTRYPOINT ["hearth"]
CMD ["serve"]
