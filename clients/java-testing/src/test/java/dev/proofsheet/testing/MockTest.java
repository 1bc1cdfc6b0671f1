package dev.proofsheet.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.proofsheet.testing.Bodies.PostSchedule;
import dev.proofsheet.testing.Bodies.PostVerify;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ProofsheetExtension.class)
class MockTest {
    private static int draw(Mock mock) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(mock.url() + "/draw")).header("content-type", "application/json")
                .header("x-task-key", mock.key()).header("x-key", mock.key())
                .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": \"a cat\"}")).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
    }

    @Test
    void callsAreVerifiedByTheKeyOfTheTest(Mock mine, Proofsheet server) throws Exception {
        var other = server.mock();
        assertNotEquals(mine.key(), other.key());
        assertEquals(200, draw(mine));
        mine.verify(new PostVerify().operation("draw").status(200).count(1));
        other.verify(new PostVerify().count(0));
        var error = assertThrows(AssertionError.class, () -> mine.verify(new PostVerify().operation("draw").status(400)));
        assertTrue(error.getMessage().contains("status: expected 400, was 200"), error.getMessage());
        assertEquals("draw", mine.journal().get(0).get("operation"));
    }

    @Test
    void whatIsForcedHappensAndCostsNothing(Mock mock) throws Exception {
        mock.setBalance(50);
        mock.force(new PostSchedule().code(400).operation("draw"));
        assertEquals(400, draw(mock));
        assertEquals(50.0, mock.balance());
        mock.force(new PostSchedule().code(400));
        mock.dropForced();
        assertEquals(200, draw(mock));
        mock.reset();
        assertTrue(mock.journal().isEmpty());
    }

    @Test
    void tasksAreMoved(Mock mock) throws Exception {
        assertThrows(AssertionError.class, mock::task);
        draw(mock);
        var id = (String) mock.task().get("id");
        assertEquals(false, mock.hold(id, (String) mock.task().get("state")).get("final"));
        assertEquals(true, mock.finish(id).get("final"));
        draw(mock);
        mock.advance(Duration.ofMinutes(2));
        assertEquals(true, mock.task().get("final"));
        mock.setTaskPace("instant");
        draw(mock);
        assertEquals(3, mock.tasks().size());
    }

    @Test
    void whatIsWrongIsSaid(Mock mock, Proofsheet server) {
        var wish = new PostSchedule().operation("draw").outcome("nonsense");
        var error = assertThrows(Proofsheet.ProofsheetException.class, () -> mock.force(wish));
        assertTrue(error.getMessage().contains("draw has no outcome nonsense"), error.getMessage());
        Proofsheet.join(server.url() + "/").close();
        mock.verify(new PostVerify().count(0));
    }
}
