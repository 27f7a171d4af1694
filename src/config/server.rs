//! Reads `[server]` and `[limits]`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::fields::{Field, Fields};
use super::finding::Code;
use super::quantities::{WAITS, seconds};
use super::resolved::{Limits, Log, Server};

/// Longest path and query that the HTTP library takes.
const URL_BYTES_CAP: u64 = 65_534;

impl Default for Server {
    fn default() -> Server {
        Server {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            trusted_proxies: Vec::new(),
            server_timing: false,
            drain_max: seconds(25),
            log: Log { json: true, filter: "info".to_owned() },
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            url_bytes_max: 64_000,
            expression_depth_max: 64,
            expression_nodes_max: 4000,
            in_terms_max: 2000,
            requests_max: 256,
            read_ahead_bytes_max: 1_000_000,
            read_ahead_total_bytes_max: 64_000_000,
            client_bytes_per_second_min: 16_000,
            stall_max: seconds(10),
            connections_max: 1024,
        }
    }
}

/// Reads `[server]`; `listen` is `None` when it is there and wrong.
pub fn server(mut fields: Fields<'_>) -> (Server, Option<SocketAddr>) {
    let mut server = Server::default();
    let listen = match fields.take("listen") {
        None => Some(server.listen),
        Some(field) => address(&field),
    };
    server.listen = listen.unwrap_or(server.listen);
    if let Some(proxies) = fields.take("trusted_proxies").and_then(|f| f.list()) {
        server.trusted_proxies = proxies.iter().filter_map(network).collect();
    }
    let timing = fields.take("server_timing").and_then(|f| f.boolean());
    server.server_timing = timing.unwrap_or(server.server_timing);
    let drain = fields.take("drain_max").and_then(|f| f.duration(Duration::ZERO..=seconds(3600)));
    server.drain_max = drain.unwrap_or(server.drain_max);
    if let Some(log) = fields.take("log").and_then(|f| f.table("log")) {
        read_log(log, &mut server.log);
    }
    fields.finish();
    (server, listen)
}

fn address(field: &Field<'_>) -> Option<SocketAddr> {
    let text = field.text()?;
    let parsed = text.value.parse().ok();
    if parsed.is_none() {
        let help = "write an IP address and a port, as in \"127.0.0.1:8080\" or \"[::]:8080\"";
        field.refuse(Code::BadValue, "no address with a port", help);
    }
    parsed
}

fn network(field: &Field<'_>) -> Option<(IpAddr, u8)> {
    let text = field.text()?;
    let (address, length) = match text.value.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text.value.as_str(), None),
    };
    let parsed = address.parse::<IpAddr>().ok().and_then(|ip| {
        let bits = if ip.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Some(bits), |text| text.parse().ok())?;
        (length <= bits).then_some((ip, length))
    });
    if parsed.is_none() {
        field.refuse(Code::BadValue, "no network", "write an address and a prefix length, as in \"10.0.0.0/8\"");
    }
    parsed
}

fn read_log(mut fields: Fields<'_>, log: &mut Log) {
    let json = fields.take("format").and_then(|f| f.choice(&[("json", true), ("text", false)]));
    log.json = json.unwrap_or(log.json);
    if let Some(field) = fields.take("filter")
        && let Some(text) = field.text()
    {
        if tracing_subscriber::EnvFilter::builder().parse(&text.value).is_err() {
            field.refuse(Code::BadValue, "no log filter", "write a level, as in \"info\", or \"info,tidegate=debug\"");
        }
        log.filter = text.value;
    }
    fields.finish();
}

/// Reads `[limits]`.
pub fn limits(mut fields: Fields<'_>) -> Limits {
    let mut limits = Limits::default();
    let sizes: [(&'static str, &mut usize, u64, u64); 4] = [
        ("url_bytes_max", &mut limits.url_bytes_max, 1000, URL_BYTES_CAP),
        ("read_ahead_bytes_max", &mut limits.read_ahead_bytes_max, 16_000, 1 << 30),
        ("read_ahead_total_bytes_max", &mut limits.read_ahead_total_bytes_max, 16_000, 1 << 40),
        ("client_bytes_per_second_min", &mut limits.client_bytes_per_second_min, 1, 1 << 30),
    ];
    for (key, slot, low, high) in sizes {
        *slot = fields.take(key).and_then(|f| f.size(low..=high)).unwrap_or(*slot);
    }
    let counts: [(&'static str, &mut usize, u64, u64); 5] = [
        // Walks over an expression recurse; a thread's stack bounds how deep that may go.
        ("expression_depth_max", &mut limits.expression_depth_max, 4, 256),
        ("expression_nodes_max", &mut limits.expression_nodes_max, 16, 100_000),
        ("in_terms_max", &mut limits.in_terms_max, 1, 30_000),
        ("requests_max", &mut limits.requests_max, 1, 1_000_000),
        ("connections_max", &mut limits.connections_max, 1, 1_000_000),
    ];
    for (key, slot, low, high) in counts {
        count_into(&mut fields, key, low, high, slot);
    }
    limits.stall_max = fields.take("stall_max").and_then(|f| f.duration(WAITS)).unwrap_or(limits.stall_max);
    if limits.read_ahead_total_bytes_max < limits.read_ahead_bytes_max {
        let message = "the read-ahead of all answers is smaller than that of one";
        let finding = fields.cx().error(Code::Conflict, fields.span.clone(), message);
        let help = "raise `read_ahead_total_bytes_max` or lower `read_ahead_bytes_max`";
        fields.cx().report.add(finding.help(help));
    }
    fields.finish();
    limits
}

/// Reads a count into its place; what is absent or wrong leaves the default.
pub fn count_into(fields: &mut Fields<'_>, key: &'static str, low: u64, high: u64, slot: &mut usize) {
    let count = fields.take(key).and_then(|f| f.count(low..=high)).and_then(|count| usize::try_from(count).ok());
    *slot = count.unwrap_or(*slot);
}
