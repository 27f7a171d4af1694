//! Which service a URL is meant for, and what of it lies below that service's root.

use crate::config::{Config, Service};

/// The service and the request below its root.
///
/// A URL says its service by the public URL or root it begins with; anything else is taken as a path below a root: that
/// of the service named, or of the first one whose model has the entity set.
pub(super) fn target<'c>(config: &'c Config, named: Option<&str>, url: &str) -> Result<(&'c Service, String), String> {
    let url = url.trim();
    let services: Vec<&Service> = match named {
        None => config.services.iter().collect(),
        Some(name) => {
            let found = config.services.iter().find(|service| service.name == name);
            vec![found.ok_or_else(|| format!("there is no service \"{name}\"; {}", roots(config)))?]
        }
    };
    let path = match url.split_once("://") {
        Some((_, rest)) => &rest[rest.find(['/', '?']).unwrap_or(rest.len())..],
        None => url,
    };
    let mut below = services.iter().filter_map(|service| {
        let of_public = url.strip_prefix(&service.public_url);
        Some((*service, of_public.or_else(|| path.strip_prefix(&service.root))?.to_owned()))
    });
    if let Some(found) = below.next() {
        return Ok(found);
    }
    if url.contains("://") {
        return Err(format!("the URL is not below a service root; {}", roots(config)));
    }
    let below = path.strip_prefix('/').unwrap_or(path);
    let end = below.find(['?', '/', '(']).unwrap_or(below.len());
    let knows = |service: &&&Service| service.model.set_named(&below[..end]).is_some();
    let found = services.iter().find(knows).or(services.first());
    found.map(|service| (*service, below.to_owned())).ok_or_else(|| "there is no service".to_owned())
}

fn roots(config: &Config) -> String {
    let roots: Vec<_> = config.services.iter().map(|s| format!("\"{}\" at {}", s.name, s.public_url)).collect();
    format!("services are {}", roots.join(", "))
}
