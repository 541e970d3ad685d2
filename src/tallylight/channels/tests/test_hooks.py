"""What chat and telephone services send us, by the examples of their public documents or made by their rules."""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from tallylight.channels.hooks import calls, dingtalk, feishu, slack, telegram, twilio, wecom
from tallylight.channels.hooks.crypt import decrypted, octets
from tallylight.channels.hooks.errors import HookMalformed, HookNotGenuine
from tallylight.channels.hooks.hook import Hook, Keys, sha256_hmac
from tallylight.channels.inbound import Call, CallEnd

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
SECONDS, MILLISECONDS = str(int(NOW.timestamp())), str(int(NOW.timestamp() * 1000))


def _post(body: bytes | Mapping[str, Any], query: Mapping[str, str] | None = None, **headers: str) -> Hook:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Hook("POST", "https://desk.example/hooks/a", query or {}, named, raw)


def _sealed(plain: bytes, key: bytes, iv: bytes, block: int) -> bytes:
    padding = block - len(plain) % block
    writer = Cipher(AES(key), CBC(iv)).encryptor()
    return writer.update(plain + bytes([padding]) * padding) + writer.finalize()


# Slack

SLACK = Keys({"signing_secret": "8f742231b10e8888abcd99yyyzzz85a5"})
#: The example of Slack's page on verifying requests.
SLACK_EXAMPLE = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a"
    b"14d10d2c447fce8b6703c"
)
SLACK_EVENT = {
    "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
    "team_id": "T123ABC456",
    "api_app_id": "A123ABC456",
    "event": {
        "type": "app_mention",
        "user": "U123ABC456",
        "text": "<@U0LAN0Z89> loss &gt; 2 % in <https://desk.example/status|Singapore>",
        "ts": "1515449522.000016",
        "channel": "C123ABC456",
        "event_ts": "1515449522000016",
    },
    "type": "event_callback",
    "event_id": "Ev123ABC456",
    "event_time": 1515449522000016,
}


def _from_slack(said: Mapping[str, Any]) -> Hook:
    body = json.dumps(said).encode()
    signature = sha256_hmac(SLACK["signing_secret"], f"v0:{SECONDS}:".encode() + body).hex()
    return _post(body, x_slack_request_timestamp=SECONDS, x_slack_signature=f"v0={signature}")


def test_slack_signs_as_its_documents_say() -> None:
    hook = _post(
        SLACK_EXAMPLE,
        x_slack_request_timestamp="1531420618",
        x_slack_signature="v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    )
    with pytest.raises(HookMalformed):  # it is genuine, and no event
        slack.hear(hook, SLACK, now=datetime.fromtimestamp(1531420618, UTC))


def test_slack_asks_whether_the_address_is_ours() -> None:
    heard = slack.hear(_from_slack({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV"}), SLACK, now=NOW)
    assert (json.loads(heard.answer), heard.raw) == ({"challenge": "3eZbrw1aBm2rZgRNFdxV"}, None)


def test_what_is_said_in_slack_is_read_without_its_marks() -> None:
    heard = slack.hear(_from_slack(SLACK_EVENT), SLACK, now=NOW)
    assert (heard.external_id, heard.chat) == ("Ev123ABC456", "C123ABC456")
    read = slack.read(heard.raw or b"")
    assert (read.sender.address, read.text) == (
        "t123abc456:u123abc456",
        "loss > 2 % in Singapore (https://desk.example/status)",
    )


@pytest.mark.parametrize("change", [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"type": "reaction_added"}])
def test_what_no_person_said_in_slack_is_not_kept(change: dict[str, str]) -> None:
    assert (
        slack.hear(_from_slack(SLACK_EVENT | {"event": {**SLACK_EVENT["event"], **change}}), SLACK, now=NOW).raw is None
    )  # type: ignore[dict-item]


# Telegram

TELEGRAM = Keys({"secret_token": "b-9_Zk"})
TELEGRAM_UPDATE = {
    "update_id": 10000,
    "message": {
        "date": 1441645532,
        "chat": {"last_name": "Lastname", "id": 1111111, "first_name": "Firstname", "username": "Testusername"},
        "message_id": 1365,
        "from": {"last_name": "Lastname", "id": 1111111, "first_name": "Firstname", "username": "Testusername"},
        "text": "The picture freezes",
    },
}


def _from_telegram(update: Mapping[str, Any]) -> Hook:
    return _post(update, x_telegram_bot_api_secret_token=TELEGRAM["secret_token"])


def test_what_is_said_to_a_telegram_bot_is_read() -> None:
    heard = telegram.hear(_from_telegram(TELEGRAM_UPDATE), TELEGRAM, now=NOW)
    assert (heard.external_id, heard.chat) == ("10000", "1111111")
    read = telegram.read(heard.raw or b"")
    assert (read.sender.address, read.sender.name, read.text) == (
        "1111111",
        "Firstname Lastname",
        "The picture freezes",
    )


def test_a_picture_is_named_where_there_is_one() -> None:
    message = {**TELEGRAM_UPDATE["message"], "photo": [{"file_id": "x"}], "caption": "Like this"}  # type: ignore[dict-item]
    del message["text"]
    assert telegram.read(json.dumps({"update_id": 1, "message": message}).encode()).text == "Like this\n[photo]"


def test_another_bot_is_not_heard() -> None:
    message = {**TELEGRAM_UPDATE["message"], "from": {"id": 2, "is_bot": True}}  # type: ignore[dict-item]
    assert telegram.hear(_from_telegram({"update_id": 1, "message": message}), TELEGRAM, now=NOW).raw is None


# DingTalk

DINGTALK = Keys({"app_secret": "this is a secret"})
DINGTALK_MESSAGE = {
    "conversationId": "cidW7qMQ",
    "chatbotCorpId": "dinge8a565",
    "chatbotUserId": "$:LWCP_v1:$C",
    "msgId": "msg0xxxxx",
    "senderNick": "杨",
    "senderStaffId": "user123",
    "sessionWebhookExpiredTime": 1613635652738,
    "createAt": 1613630252678,
    "senderCorpId": "dinge8a565",
    "conversationType": "2",
    "senderId": "$:LWCP_v1:$F",
    "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=x",
    "text": {"content": " 新加坡卡顿"},
    "msgtype": "text",
}


def _from_dingtalk(said: Mapping[str, Any], at: str = MILLISECONDS) -> Hook:
    secret = DINGTALK["app_secret"]
    return _post(said, timestamp=at, sign=b64encode(sha256_hmac(secret, f"{at}\n{secret}".encode())).decode())


def test_what_is_said_to_a_dingtalk_robot_is_read() -> None:
    heard = dingtalk.hear(_from_dingtalk(DINGTALK_MESSAGE), DINGTALK, now=NOW)
    assert (heard.external_id, heard.chat) == ("msg0xxxxx", "cidW7qMQ")
    read = dingtalk.read(heard.raw or b"")
    assert (read.sender.address, read.sender.name, read.text) == ("dinge8a565:user123", "杨", "新加坡卡顿")


def test_rich_text_of_dingtalk_keeps_its_words_and_names_its_pictures() -> None:
    rich = {"richText": [{"text": "卡顿"}, {"type": "picture", "downloadCode": "x"}]}
    said = {**DINGTALK_MESSAGE, "msgtype": "richText", "content": rich}
    del said["text"]
    assert dingtalk.read(json.dumps(said).encode()).text == "卡顿\n[picture]"


# WeCom: the example of its own library.

WECOM = Keys(
    {
        "token": "QDG6eK",
        "encoding_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        "corp_id": "wx5823bf96d3bd56c7",
    }
)
WECOM_TEXT = (
    "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><FromUserName><![CDATA[mycreate]]></FromUserName>"
    "<CreateTime>1409659813</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[卡顿]]></Content>"
    "<MsgId>4561255354251345929</MsgId><AgentID>218</AgentID></xml>"
)


def _from_wecom(said: str, company: str = "wx5823bf96d3bd56c7") -> Hook:
    key, body = b64decode(WECOM["encoding_aes_key"] + "="), said.encode()
    plain = b"0123456789abcdef" + struct.pack(">I", len(body)) + body + company.encode()
    sealed = b64encode(_sealed(plain, key, key[:16], 32)).decode()
    query = {"timestamp": SECONDS, "nonce": "263014780"}
    signed = "".join(sorted([WECOM["token"], query["timestamp"], query["nonce"], sealed]))
    query["msg_signature"] = hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324 - as WeCom does
    return _post(f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode(), query)


def test_wecom_asks_whether_the_address_is_ours_as_its_example_says() -> None:
    query = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589",
        "nonce": "263014780",
        "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    }
    heard = wecom.hear(Hook("GET", "https://desk.example/hooks/a", query, {}, b""), WECOM, now=NOW)
    assert heard.answer == "1616140317555161061"


def test_what_is_said_to_a_wecom_application_is_read() -> None:
    heard = wecom.hear(_from_wecom(WECOM_TEXT), WECOM, now=NOW)
    assert (heard.external_id, heard.chat) == ("4561255354251345929", "mycreate")
    read = wecom.read(heard.raw or b"")
    assert (read.sender.address, read.text) == ("wx5823bf96d3bd56c7:mycreate", "卡顿")


def test_what_is_meant_for_another_company_is_not_ours() -> None:
    with pytest.raises(HookNotGenuine):
        wecom.hear(_from_wecom(WECOM_TEXT, company="wx0000000000000000"), WECOM, now=NOW)


def test_xml_that_would_grow_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xml><MsgId>&b;</MsgId></xml>'
    with pytest.raises(HookMalformed):
        wecom.hear(_from_wecom(bomb), WECOM, now=NOW)


# Feishu

FEISHU = Keys({"encrypt_key": "test key", "verification_token": "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV"})
FEISHU_EVENT = {
    "schema": "2.0",
    "header": {
        "event_id": "5e3702a84e847582be8db7fb73283c02",
        "event_type": "im.message.receive_v1",
        "create_time": "1608725989000",
        "token": "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV",
        "app_id": "cli_9f5343c580712544",
        "tenant_key": "2ca1d211f64f6438",
    },
    "event": {
        "sender": {"sender_id": {"open_id": "ou_84aad35d084aa403a838cf73ee18467"}, "sender_type": "user"},
        "message": {
            "message_id": "om_5ce6d572455d361153b7cb51da133945",
            "create_time": "1609073151345",
            "chat_id": "oc_5ce6d572455d361153b7xx51da133945",
            "chat_type": "group",
            "message_type": "text",
            "content": '{"text":"@_user_1 卡顿"}',
            "mentions": [{"key": "@_user_1", "name": "Tom"}],
        },
    },
}


def _from_feishu(said: Mapping[str, Any], *, signed: bool = True) -> Hook:
    iv = b"0123456789abcdef"
    sealed = b64encode(iv + _sealed(json.dumps(said).encode(), hashlib.sha256(b"test key").digest(), iv, 16)).decode()
    body = json.dumps({"encrypt": sealed}).encode()
    signature = hashlib.sha256(f"{SECONDS}nonce".encode() + b"test key" + body).hexdigest()
    return _post(
        body,
        x_lark_request_timestamp=SECONDS,
        x_lark_request_nonce="nonce",
        x_lark_signature=signature if signed else "",
    )


def test_feishu_encrypts_as_its_documents_say() -> None:
    data = octets("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")
    assert decrypted(data[16:], hashlib.sha256(b"test key").digest(), data[:16]) == b"hello world"


def test_feishu_asks_whether_the_address_is_ours_without_a_signature() -> None:
    question = {"challenge": "ajls384kdj", "token": FEISHU["verification_token"], "type": "url_verification"}
    assert json.loads(feishu.hear(_from_feishu(question, signed=False), FEISHU, now=NOW).answer) == {
        "challenge": "ajls384kdj"
    }
    with pytest.raises(HookNotGenuine):
        feishu.hear(_from_feishu(question | {"token": "another"}, signed=False), FEISHU, now=NOW)


def test_what_is_said_to_a_feishu_bot_is_read() -> None:
    heard = feishu.hear(_from_feishu(FEISHU_EVENT), FEISHU, now=NOW)
    assert (heard.external_id, heard.chat) == (
        "5e3702a84e847582be8db7fb73283c02",
        "oc_5ce6d572455d361153b7xx51da133945",
    )
    read = feishu.read(heard.raw or b"")
    assert (read.sender.address, read.text) == (
        "2ca1d211f64f6438:ou_84aad35d084aa403a838cf73ee18467",
        "@Tom 卡顿",
    )


def test_a_feishu_event_needs_its_signature() -> None:
    with pytest.raises(HookNotGenuine):
        feishu.hear(_from_feishu(FEISHU_EVENT, signed=False), FEISHU, now=NOW)


# Telephone: Twilio's example of how it signs, and our own plain form.

TWILIO = Keys({"auth_token": "12345"})
TWILIO_CALL = {
    "CallSid": "CA1234567890ABCDE",
    "AccountSid": "AC123",
    "From": "+4930901820",
    "To": "+18005551212",
    "CallStatus": "no-answer",
    "Direction": "inbound",
}


def _from_twilio(said: Mapping[str, str], url: str = "https://desk.example/hooks/a") -> Hook:
    signed = url + "".join(f"{name}{said[name]}" for name in sorted(said))
    signature = b64encode(hmac.digest(b"12345", signed.encode(), "sha1")).decode()
    return Hook("POST", url, {}, {"x-twilio-signature": signature}, urlencode(said).encode())


def test_twilio_signs_as_its_documents_say() -> None:
    said = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    documented = Hook("POST", url, {}, {"x-twilio-signature": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="}, urlencode(said).encode())
    assert twilio.hear(documented, TWILIO, now=NOW).raw is None  # it is genuine, and says nothing of how it ended


def test_a_call_that_nobody_took_is_a_missed_one() -> None:
    heard = twilio.hear(_from_twilio(TWILIO_CALL), TWILIO, now=NOW)
    assert heard.external_id == "CA1234567890ABCDE:no-answer"
    read = twilio.read(heard.raw or b"")
    assert (read.sender.address, read.call) == ("+4930901820", Call(CallEnd.MISSED, ours=False, number="+4930901820"))


def test_a_call_that_was_taken_has_its_length_and_its_recording() -> None:
    said = {**TWILIO_CALL, "CallStatus": "completed", "CallDuration": "125", "RecordingUrl": "https://api.example/RE1"}
    read = twilio.read(twilio.hear(_from_twilio(said), TWILIO, now=NOW).raw or b"")
    assert read.call == Call(CallEnd.ANSWERED, False, "+4930901820", seconds=125, recording="https://api.example/RE1")


def test_a_call_of_ours_is_with_whom_we_called() -> None:
    said = {**TWILIO_CALL, "Direction": "outbound-api", "From": "+18005551212", "To": "+4930901820"}
    assert twilio.read(urlencode(said).encode()).call == Call(CallEnd.MISSED, ours=True, number="+4930901820")


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", ""])
def test_a_call_that_goes_on_is_not_kept(status: str) -> None:
    assert twilio.hear(_from_twilio({**TWILIO_CALL, "CallStatus": status}), TWILIO, now=NOW).raw is None


CALLS = Keys({"secret": "a secret of ours"})
CALL = {
    "id": "c-1",
    "number": "+49 30 901820",
    "direction": "in",
    "status": "answered",
    "seconds": 61,
    "note": "Will send a trace",
}


def _from_a_switchboard(said: Mapping[str, Any]) -> Hook:
    body = json.dumps(said).encode()
    signature = sha256_hmac(CALLS["secret"], f"{SECONDS}.".encode() + body).hex()
    return _post(body, x_tallylight_timestamp=SECONDS, x_tallylight_signature=signature)


def test_any_switchboard_can_tell_of_a_call() -> None:
    heard = calls.hear(_from_a_switchboard(CALL), CALLS, now=NOW)
    read = calls.read(heard.raw or b"")
    assert (heard.external_id, read.sender.address) == ("c-1", "+4930901820")
    assert read.call == Call(CallEnd.ANSWERED, False, "+4930901820", seconds=61, note="Will send a trace")


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"number": "hello"},
        {"direction": "up"},
        {"status": "maybe"},
        {"seconds": -1},
        {"seconds": True},
        {"recording": "javascript:alert(1)"},
    ],
)
def test_a_call_that_can_not_be_one_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(HookMalformed):
        calls.hear(_from_a_switchboard({**CALL, **change}), CALLS, now=NOW)


# All of them

GENUINE = [
    (slack, _from_slack(SLACK_EVENT), SLACK),
    (telegram, _from_telegram(TELEGRAM_UPDATE), TELEGRAM),
    (dingtalk, _from_dingtalk(DINGTALK_MESSAGE), DINGTALK),
    (wecom, _from_wecom(WECOM_TEXT), WECOM),
    (feishu, _from_feishu(FEISHU_EVENT), FEISHU),
    (twilio, _from_twilio(TWILIO_CALL), TWILIO),
    (calls, _from_a_switchboard(CALL), CALLS),
]
NAMED = [each[0].__name__.rpartition(".")[2] for each in GENUINE]


@pytest.mark.parametrize(("service", "hook", "keys"), GENUINE, ids=NAMED)
def test_whoever_does_not_know_the_keys_is_not_believed(service: Any, hook: Hook, keys: Keys) -> None:
    for name in keys.values:
        with pytest.raises(HookNotGenuine):
            service.hear(hook, Keys({**keys.values, name: "wrong" * 9}), now=NOW)
        with pytest.raises(HookNotGenuine):
            service.hear(hook, Keys({**keys.values, name: ""}), now=NOW)


@pytest.mark.parametrize(
    ("service", "hook", "keys"),
    [e for e in GENUINE if e[0] not in (telegram, wecom, twilio)],
    ids=["slack", "dingtalk", "feishu", "calls"],
)
def test_an_old_call_played_again_is_not_believed(service: Any, hook: Hook, keys: Keys) -> None:
    with pytest.raises(HookNotGenuine):
        service.hear(hook, keys, now=NOW + timedelta(hours=1, seconds=1))


@pytest.mark.parametrize("service", [each[0] for each in GENUINE], ids=NAMED)
@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "event",
                            "message",
                            "from",
                            "chat",
                            "text",
                            "content",
                            "richText",
                            "header",
                            "sender",
                            "mentions",
                            "files",
                            "msgId",
                        ]
                    ),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=12,
        ).map(lambda said: json.dumps(said).encode()),
    )
)
def test_whatever_was_kept_it_is_read_or_refused(service: Any, body: bytes) -> None:
    with suppress(HookMalformed):
        service.read(body)
