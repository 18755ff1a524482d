// The Spring MVC application of the interoperability tests: SseEmitter in Jetty, without Spring
// Boot.

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.servlet.http.HttpServletRequest;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.ByteArrayHttpMessageConverter;
import org.springframework.http.converter.StringHttpMessageConverter;
import org.springframework.http.converter.json.MappingJackson2HttpMessageConverter;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.HttpRequestHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

public class App {
	/**
	 * `allowedHeader("*")` makes the response to a preflight list the requested headers, including
	 * Last-Event-ID.
	 */
	public static class Mapping extends RequestMappingHandlerMapping {
		public Mapping() {
			CorsConfiguration cors = new CorsConfiguration();
			cors.addAllowedOrigin("*");
			cors.addAllowedMethod("*");
			cors.addAllowedHeader("*");
			cors.addExposedHeader("Retry-After");
			setCorsConfigurations(Collections.singletonMap("/**", cors));
		}
	}

	/**
	 * This is configured by hand, like the mapping, because `@EnableWebMvc` needs a cglib that
	 * supports the JDK.
	 */
	public static class Adapter extends RequestMappingHandlerAdapter {
		public Adapter() {
			setMessageConverters(Arrays.asList(
				new ByteArrayHttpMessageConverter(),
				new StringHttpMessageConverter(),
				new MappingJackson2HttpMessageConverter()));
		}
	}

	public static class Token {
		public final String content;

		Token(String content) {
			this.content = content;
		}
	}

	interface Body {
		void send(SseEmitter emitter) throws Exception;
	}

	@RestController
	public static class Controller {
		private final ExecutorService executor = Executors.newCachedThreadPool();

		/** The requests, by the key of the test that made them. */
		private final Map<String, List<Map<String, String>>> seen = new ConcurrentHashMap<>();

		@ModelAttribute
		void note(HttpServletRequest request, @RequestParam(required = false) String key) {
			if (key != null && !request.getRequestURI().equals("/seen")) {
				Map<String, String> noted = new HashMap<>();
				noted.put("method", request.getMethod());
				noted.put("path", request.getRequestURI());
				noted.put("lastEventId", request.getHeader("Last-Event-ID"));
				seen.computeIfAbsent(key, unused -> new CopyOnWriteArrayList<>()).add(noted);
			}
		}

		@GetMapping("/seen")
		public List<Map<String, String>> seen(@RequestParam String key) {
			return seen.getOrDefault(key, new ArrayList<>());
		}

		private SseEmitter stream(long timeout, Body body) {
			SseEmitter emitter = new SseEmitter(timeout);
			executor.execute(() -> {
				try {
					body.send(emitter);
				} catch (Exception error) {
					emitter.completeWithError(error);
				}
			});
			return emitter;
		}

		/** The events must arrive before the connection breaks. */
		private void finish(SseEmitter emitter, String end) throws InterruptedException {
			if ("cut".equals(end)) {
				Thread.sleep(500);
				emitter.completeWithError(new IllegalStateException("the stream fails"));
			} else {
				emitter.complete();
			}
		}

		/** Sends three numbered events per request, and `stop` after the sixth. */
		@GetMapping("/feed")
		public SseEmitter feed(
			@RequestHeader(value = "Last-Event-ID", defaultValue = "0") int last,
			@RequestParam(required = false) String end
		) {
			return stream(60_000, emitter -> {
				for (int n = last + 1; n <= last + 3; n++) {
					emitter.send(SseEmitter.event().reconnectTime(500).id("" + n).data("event " + n));
				}
				if (last >= 3) {
					emitter.send(SseEmitter.event().name("stop").data(""));
				}
				finish(emitter, end);
			});
		}

		@GetMapping("/kinds")
		public SseEmitter kinds() {
			return stream(60_000, emitter -> {
				emitter.send(SseEmitter.event().comment("a comment"));
				emitter.send(SseEmitter.event().name("token").id("a1").data(Collections.singletonMap("n", 1), MediaType.APPLICATION_JSON));
				emitter.send(SseEmitter.event().data("one").data("two"));
				emitter.send(SseEmitter.event().data("one\nlost"));
				emitter.send(SseEmitter.event().data(""));
				emitter.send(SseEmitter.event().data("é 你 🚀"));
				emitter.send(SseEmitter.event().data(" indented"));
				emitter.send(SseEmitter.event().id("a2"));
				emitter.complete();
			});
		}

		@GetMapping("/idle")
		public SseEmitter idle() {
			return stream(60_000, emitter -> {
				emitter.send("before");
				for (int comments = 0; comments < 3; comments++) {
					Thread.sleep(100);
					emitter.send(SseEmitter.event().comment("ping"));
				}
				emitter.send("after");
				emitter.complete();
			});
		}

		@PostMapping("/chat")
		public SseEmitter chat(@RequestParam(required = false) String end) {
			return stream(60_000, emitter -> {
				for (String content : Arrays.asList("Hel", "lo ", "你好")) {
					emitter.send(new Token(content), MediaType.APPLICATION_JSON);
				}
				if (end == null) {
					emitter.send(SseEmitter.event().name("stop").data(""));
				}
				finish(emitter, end);
			});
		}

		@PostMapping("/timeout")
		public SseEmitter timeout() {
			return stream(1_000, emitter -> emitter.send("before"));
		}

		@GetMapping("/throws")
		public SseEmitter fails() {
			throw new IllegalStateException("before the stream");
		}

		@RequestMapping("/busy")
		public ResponseEntity<String> busy() {
			return ResponseEntity.status(503).header("Retry-After", "7").body("{\"error\":\"busy\"}");
		}

		@GetMapping("/done")
		public ResponseEntity<Void> done() {
			return ResponseEntity.noContent().build();
		}
	}

	public static void main(String[] arguments) throws Exception {
		AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
		context.register(Mapping.class, Adapter.class, HttpRequestHandlerAdapter.class, Controller.class);
		ServletHolder servlet = new ServletHolder(new DispatcherServlet(context));
		servlet.setAsyncSupported(true);
		ServletContextHandler handler = new ServletContextHandler();
		handler.setContextPath("/");
		handler.addServlet(servlet, "/*");
		Server server = new Server(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])));
		server.setHandler(handler);
		server.start();
		server.join();
	}
}
