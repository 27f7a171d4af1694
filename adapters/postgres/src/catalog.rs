//! stub
use crate::adapter::Shared;
use contract::AdapterError;
use contract::catalog::{Catalog, Scope};
use sqlx::postgres::PgConnection;
pub(crate) async fn read(_: &mut PgConnection, _: &Scope, _: &Shared) -> Result<Catalog, AdapterError> {
    Ok(Catalog::default())
}
