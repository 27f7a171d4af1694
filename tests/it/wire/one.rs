//! HTTP/1.1 written and read by hand, so that what stands on the wire is what is looked at.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::Answer;

/// No answer takes longer.
const SOON: Duration = Duration::from_secs(20);

/// One connection, kept alive.
pub struct One(BufReader<TcpStream>);

impl One {
    pub async fn open(address: SocketAddr) -> One {
        One(BufReader::new(TcpStream::connect(address).await.unwrap()))
    }

    /// A client with little room for what it does not read.
    pub async fn narrow(address: SocketAddr) -> One {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        One(BufReader::new(socket.connect(address).await.unwrap()))
    }

    pub async fn get(&mut self, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", target, headers).await.unwrap_or_else(|error| panic!("{error}: {target}"))
    }

    /// Asks and reads the answer; an error if the connection breaks before its end.
    pub async fn ask(&mut self, method: &str, target: &str, headers: &[(&str, &str)]) -> io::Result<Answer> {
        self.send(method, target, headers).await?;
        let mut answer = timeout(SOON, self.head()).await??;
        if method != "HEAD" {
            answer.body = timeout(SOON, self.body(&answer)).await??;
        }
        Ok(answer)
    }

    /// Asks and reads nothing.
    pub async fn send(&mut self, method: &str, target: &str, headers: &[(&str, &str)]) -> io::Result<()> {
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: elsewhere.example\r\n");
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        self.0.write_all((text + "\r\n").as_bytes()).await
    }

    /// Whether the server has nothing more to say on this connection, without the end of a body.
    pub async fn is_cut(&mut self) -> bool {
        let mut rest = Vec::new();
        let _ = timeout(SOON, self.0.read_to_end(&mut rest)).await.unwrap();
        !rest.is_empty() && !rest.ends_with(b"0\r\n\r\n")
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        match line.strip_suffix("\r\n") {
            Some(line) => Ok(line.to_owned()),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    async fn head(&mut self) -> io::Result<Answer> {
        let first = self.line().await?;
        let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap();
        let mut answer = Answer { status: status.parse().unwrap(), headers: Vec::new(), body: Vec::new() };
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(": ") else { return Ok(answer) };
            answer.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }

    async fn body(&mut self, head: &Answer) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if let Some(length) = head.header("content-length") {
            body.resize(length.parse().unwrap(), 0);
            self.0.read_exact(&mut body).await?;
            return Ok(body);
        }
        assert_eq!(head.header("transfer-encoding"), Some("chunked"));
        loop {
            let length = usize::from_str_radix(&self.line().await?, 16).unwrap();
            let start = body.len();
            body.resize(start + length, 0);
            self.0.read_exact(&mut body[start..]).await?;
            assert_eq!(self.line().await?, "");
            if length == 0 {
                return Ok(body);
            }
        }
    }
}
