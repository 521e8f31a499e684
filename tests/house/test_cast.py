"""The cast stands in the database, and the site knows who is asking."""


def test_maya_is_a_coordinator_and_rosa_belongs_to_harbor(world):
    assert world.maya.name == "Maya Torres"
    assert world.rosa.facility_id == world.harbor.id


def test_ada_reads_the_trail_and_rosa_is_told_that_it_is_not_hers(visitors):
    assert visitors("ada").get("/audit/").status == 200
    refused = visitors("rosa").get("/audit/")
    assert refused.status == 403
    assert refused.sees("Your role here (Owner) does not include this.")


def test_nobody_is_asked_to_sign_in_first(client):
    client.get("/audit/")
    assert client.path.startswith("/sign-in")
