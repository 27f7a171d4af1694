//! The text of `tidegate.toml` for one source and one service over it.

use contract::Dialect;

use super::location::Location;
use crate::cli::property_line::quoted;

/// The file. `dialect` is what the server turned out to be.
pub fn text(location: &Location, dialect: &Dialect, model_file: &str) -> String {
    let source = &location.source;
    let secret = match &location.variable {
        Some(variable) => format!("# The password comes from the environment variable {variable}.\n"),
        None => String::new(),
    };
    let stated = if dialect.name == location.dialect.name {
        String::new()
    } else {
        format!(
            "# What the server said it is; the URL only says how to reach it.\ndialect = {}\n",
            quoted(dialect.name)
        )
    };
    format!(
        "\
# Server, sources and services. The names that Salesforce sees are in {model_file}.
#
# Check both files with:  tidegate check --config tidegate.toml
# Then start with:        tidegate serve --config tidegate.toml

[server]
# Another address than loopback needs `public_url`, `token_keys` and `users` for the service below.
listen = \"127.0.0.1:8080\"

[sources.{source}]
{secret}url = {url}
{stated}# The zone in which the database's timestamps without zone are meant, as in \"Europe/Berlin\".
time_zone = \"UTC\"

[services.{source}]
# Salesforce's server URL ends in this path.
root = \"/odata/v4/\"
model = {model}
# \"odata\" turns Salesforce's habits off.
profile = \"salesforce\"
# Which box is ticked in Salesforce: \"client\", its default, or \"server\" for Server Driven Pagination.
paging = \"client\"
# The root as clients call it, once the service is reached from outside.
# public_url = \"https://gateway.example.com/odata/v4/\"
# Seals next links (`openssl rand -base64 32`).
# token_keys = [{{ id = \"k1\", key = \"${{env:TIDEGATE_TOKEN_KEY}}\" }}]
# Who may read.
# users = [{{ name = \"salesforce\", password_hash = \"${{file:salesforce.hash}}\" }}]
",
        url = quoted(&location.written),
        model = quoted(model_file),
    )
}
