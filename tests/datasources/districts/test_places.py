"""The places of a pack in the database: asked for by kind and area, replaced together with their pack."""

from dataclasses import replace

from datasources.districts.loading import load_pack
from datasources.districts.places import places_of
from datasources.districts.reference import References
from tests.conftest import FRIDAY


def test_places_are_loaded_and_replaced_with_their_pack(sqlite, huli):
    reference = References(sqlite).get()
    with sqlite.read() as session:
        assert len(places_of(session, reference)) == len(huli.places)
        offices = places_of(session, reference, "office")
        assert [one.code for one in offices] == sorted(
            one.code for one in huli.places if one.kind == "office"
        )
        street = offices[0].area
        here = places_of(session, reference, area=street)
        assert here and all(street in reference.areas[one.area].path for one in here)
        assert len(here) < len(huli.places)
    with sqlite.write() as session:
        load_pack(session, replace(huli, places=huli.places[:2], digest="changed"), FRIDAY)
    with sqlite.read() as session:
        assert len(places_of(session, reference)) == 2
