//! The client's address as the proxies in front tell it; for the log only, never for a decision or a link.
//!
//! A header is believed only as far as it was written by configured proxies: read from the right, the first address that
//! is none of theirs is the client.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::FORWARDED;

/// The address of the client behind `peer`.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[(IpAddr, u8)]) -> IpAddr {
    let mut client = peer;
    let mut chain = chain(headers);
    while trusted.iter().any(|network| contains(network, client)) {
        match chain.pop() {
            Some(Some(before)) => client = before,
            _ => break,
        }
    }
    client
}

/// The addresses told, the nearest last; `None` for what is no address. `X-Forwarded-For` goes first, since proxies that
/// write it seldom remove the other one.
fn chain(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let all = |name: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).map(str::trim).collect::<Vec<_>>()
    };
    let plain = all("x-forwarded-for");
    if !plain.is_empty() {
        return plain.into_iter().map(address).collect();
    }
    let elements = all(FORWARDED.as_str());
    elements.into_iter().map(|element| element.split(';').find_map(for_of).and_then(address)).collect()
}

fn for_of(pair: &str) -> Option<&str> {
    let (name, value) = pair.split_once('=')?;
    name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
}

/// An address, perhaps with a port or in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(text, |(inside, _)| inside);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

fn contains((network, length): &(IpAddr, u8), address: IpAddr) -> bool {
    let same = |network: u128, address: u128, bits: u8| {
        let shift = u32::from(bits.saturating_sub(*length));
        network.checked_shr(shift).unwrap_or(0) == address.checked_shr(shift).unwrap_or(0)
    };
    match (network, address.to_canonical()) {
        (IpAddr::V4(network), IpAddr::V4(address)) => same(u32::from(*network).into(), u32::from(address).into(), 32),
        (IpAddr::V6(network), IpAddr::V6(address)) => same((*network).into(), address.into(), 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn only_configured_proxies_are_believed() {
        let trusted = [(ip("10.0.0.0"), 8)];
        let told = headers("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.1.1.1");
        assert_eq!(client(ip("10.2.2.2"), &told, &trusted), ip("203.0.113.9"));
        assert_eq!(client(ip("198.51.100.1"), &told, &trusted), ip("198.51.100.1"));
        assert_eq!(client(ip("10.2.2.2"), &HeaderMap::new(), &trusted), ip("10.2.2.2"));
        assert_eq!(client(ip("10.2.2.2"), &headers("x-forwarded-for", "nonsense"), &trusted), ip("10.2.2.2"));
    }

    #[test]
    fn the_standard_header_is_read_with_ports_and_brackets() {
        let trusted = [(ip("::1"), 128), (ip("0.0.0.0"), 0)];
        let told = headers("forwarded", "for=\"[2001:db8::7]:4711\";proto=https, for=192.0.2.1:80");
        assert_eq!(client(ip("::1"), &told, &trusted), ip("2001:db8::7"));
    }
}
