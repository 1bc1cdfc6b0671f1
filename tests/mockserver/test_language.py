"""Clearly not English is refused; in doubt a prompt is English."""

from __future__ import annotations

from typing import Any

import pytest
from sample_requests import CORE, bearer
from support import InProcess

ENGLISH = """
a bento box in Kyoto
die cast toy car
la la land poster
el camino on the road
lighthouse
cat
neon samurai
1girl, solo, masterpiece, best quality
(sunset:0.7) (ocean:0.3) over hills
The sky was a crisp (blue:0.3) and (green:0.8)
8k, hdr, 4k, --ar 16:9
Don Quixote de la Mancha fights windmills
le creuset cookware
Rio de Janeiro carnival
Los Angeles skyline
Las Vegas neon signs
the Leaning Tower of Pisa
Mona Lisa smiling
La Sagrada Familia, Barcelona
Eiffel Tower
crème brûlée
café au lait
a naïve façade
jalapeño poppers
Zürich bei Nacht
Van Gogh starry night
Ludwig van Beethoven portrait
Leonardo da Vinci inventions
Simone de Beauvoir
Die Hard movie poster
das Boot submarine interior
a sign that says こんにちは
emoji 🎉🎈
🎉🎈✨
12345
!!!
von Trapp family singers
El Niño weather map
cinco de mayo party
day of the dead, día de los muertos
Tokyo 東京 street
π day pie
Æthelred the Unready
Håkan the viking
fjord, kayak, golden hour
a la carte menu
deja vu, art deco, chiaroscuro
du jour special, chef hat
per diem, ad hoc
mens rea courtroom drama
het up grandfather
an om symbol
no dogs allowed
e commerce logo
in vino veritas
com domain icon, web hosting
min max chart
Sao Paulo street art
Dos Equis bottle photo
samba na praia
""".strip().splitlines()

FOREIGN = """
ein Leuchtturm auf einer Klippe über dem Meer
eine Katze und ein Hund auf der Wiese
der alte Mann und das Meer bei Sonnenuntergang
un phare sur une falaise avec vue sur la mer
une femme dans le jardin avec des fleurs
le chat est sur la table et le chien
un faro sobre los acantilados con vista al mar y el cielo
el perro y el gato en el jardín con una pelota
il gatto è sul tavolo della cucina con una tazza
um farol em uma falésia com vista do mar
uma menina com um cachorro na praia ao sol
een vuurtoren op een klif met uitzicht op zee
het meisje met de parel van Vermeer
latarnia morska na klifie nad morzem w nocy
en fyr på en klippa med utsikt över havet
bir deniz feneri ve bir kayık ile gece
sebuah mercusuar di atas tebing dengan laut
灯台と海
一座悬崖上的灯塔
маяк на скале над морем
등대와 바다
منارة على جرف
φάρος στον γκρεμό
प्रकाशस्तंभ चट्टान पर
מגדלור על צוק
ประภาคารบนหน้าผา
маяк lighthouse на скале
""".strip().splitlines()


def test_the_tables_are_long_enough() -> None:
    assert (len(set(ENGLISH)) >= 40, len(set(FOREIGN)) >= 20) == (True, True)


@pytest.mark.parametrize("prompt", ENGLISH)
def test_english_passes(house: InProcess, prompt: str) -> None:
    response = house.form(CORE, {"prompt": prompt}, headers=bearer("sk-mock-broke"))
    assert response.json()["name"] == "payment_required"


@pytest.mark.parametrize("prompt", FOREIGN)
def test_what_is_clearly_foreign_is_refused(house: InProcess, prompt: str) -> None:
    response = house.form(CORE, {"prompt": prompt}, headers=bearer("sk-mock-broke"))
    assert (response.status_code, response.json()["name"]) == (422, "invalid_language")


def test_it_can_be_switched_off(serve: Any, document: Any) -> None:
    mock = serve(document, language=False)
    for prompt in (FOREIGN[0], FOREIGN[-10], "mock:language"):
        response = mock.form(CORE, {"prompt": prompt}, headers=bearer("sk-mock-broke"))
        assert response.json()["name"] in ("payment_required", "invalid_language")
        assert (response.status_code == 422) == (prompt == "mock:language")
