//! What comes before what.

use std::thread;

use hearth_sio::Frame;

use crate::bed::{Bed, Client, Seen, config};

#[tokio::test]
async fn what_is_pushed_while_connecting_follows_the_connect_packet() {
    let bed = Bed::start(config()).await;
    let mut client = Client::open(bed.address).await;

    client.send("40").await;

    assert!(client.next().await.starts_with(r#"40{"sid":""#));
    assert_eq!([client.next().await, client.next().await], [r#"42["early"]"#; 2]);
}

#[tokio::test]
async fn what_is_pushed_to_a_refused_connection_is_dropped() {
    let bed = Bed::start(config()).await;
    let mut client = Client::open(bed.address).await;

    client.send(r#"40{"as":"refused"}"#).await;
    assert_eq!(client.next().await, r#"44{"message":"refused","data":{"why":"asked"}}"#);
    client.send("40{}").await;

    assert!(client.next().await.starts_with("40{"));
}

#[tokio::test]
async fn events_begin_in_the_order_in_which_they_came() {
    let bed = Bed::start(config()).await;
    let (mut client, _) = bed.connect().await;

    for number in 0..50 {
        client.send(&format!(r#"42["hold",{number}]"#)).await;
    }

    for number in 0..50 {
        assert!(matches!(bed.seen().await, Seen::Started(list) if list == number.to_string()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_from_many_threads_keep_whole_and_in_their_senders_order() {
    let bed = Bed::start(config()).await;
    let (mut client, link) = bed.connect().await;
    let senders = 4;
    let each = 200;

    let threads: Vec<_> = (0..senders)
        .map(|sender| {
            let link = link.clone();
            thread::spawn(move || (0..each).for_each(|n| link.send(Frame::event("n", &format!("{sender},{n}")))))
        })
        .collect();
    let mut next = vec![0; senders];
    for _ in 0..senders * each {
        let text = client.next().await;
        let numbers: (String, usize, usize) = serde_json::from_str(&text[2..]).unwrap();
        assert_eq!(numbers.2, next[numbers.1]);
        next[numbers.1] += 1;
    }

    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(next, vec![each; senders]);
}

#[tokio::test]
async fn one_write_carries_everything_that_was_pushed_before_a_flush() {
    let bed = Bed::start(config()).await;
    let (mut client, link) = bed.connect().await;
    let before = bed.engine.figures();

    for n in 0..100 {
        link.push(Frame::event("n", &n.to_string()));
    }
    assert_eq!(bed.engine.figures(), before);
    link.flush();

    for n in 0..100 {
        assert_eq!(client.next().await, format!(r#"42["n",{n}]"#));
    }
    assert_eq!(bed.engine.figures().frames_out, before.frames_out + 100);
}
