//! What Salesforce sends, over real connections: the captured and feared requests by HTTP/1.1 and HTTP/2, the same bytes
//! from every database, and clients that stall, leave, or have no password.

mod hazards;
mod one;
mod replay;
mod stand;
mod two;

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The only header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let first = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} stands twice");
        first
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The code of an error answer.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }

    /// The headers without those that differ from one answer to the next, or belong to the body's way.
    pub fn kept(&self) -> Vec<(&str, &str)> {
        let own = ["date", "x-request-id", "transfer-encoding"];
        let kept = self.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let mut kept: Vec<_> = kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        kept.sort_unstable();
        kept
    }
}
