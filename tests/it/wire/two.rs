//! HTTP/2 without TLS, spoken from the first byte on.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Answer;

/// One connection.
#[derive(Clone)]
pub struct Two {
    address: SocketAddr,
    sender: SendRequest<Empty<Bytes>>,
}

impl Two {
    pub async fn open(address: SocketAddr) -> Two {
        let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (sender, connection) = handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        Two { address, sender }
    }

    pub async fn get(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, target, headers).await.unwrap_or_else(|error| panic!("{error}: {target}"))
    }

    /// Asks and reads the answer; an error if the stream breaks before its end.
    pub async fn ask(&self, method: Method, target: &str, headers: &[(&str, &str)]) -> Result<Answer, hyper::Error> {
        let mut request = Request::builder().method(method).uri(format!("http://{}{target}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Empty::new()).unwrap();
        let answered = async {
            let (head, body) = self.sender.clone().send_request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes().to_vec();
            let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
                (name.to_string(), value.to_str().unwrap().to_owned())
            };
            let headers = head.headers.iter().map(text).collect();
            Ok(Answer { status: head.status.as_u16(), headers, body })
        };
        timeout(Duration::from_secs(20), answered).await.unwrap()
    }
}
