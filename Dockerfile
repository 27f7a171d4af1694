# Builds the gateway and packs it on a slim Debian. Mount the configuration at /etc/tidegate.
FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked && cp target/release/tidegate /tidegate

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home tidegate
COPY --from=build /tidegate /usr/local/bin/tidegate
USER tidegate
EXPOSE 8080
ENTRYPOINT ["tidegate"]
CMD ["serve", "--config", "/etc/tidegate/tidegate.toml"]
