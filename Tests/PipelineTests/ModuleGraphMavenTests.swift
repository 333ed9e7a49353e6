import Pipeline
import Testing

struct ModuleGraphMavenTests {
    private let root = """
        <?xml version="1.0"?>
        <project>
          <groupId>dk.sdu</groupId><artifactId>root</artifactId><version>1.0</version>
          <properties><lib.version>0.9</lib.version><group>dk.sdu</group></properties>
          <modules><module>lib</module><module>app</module>
            <module>gone</module></modules>
          <dependencyManagement><dependencies>
            <dependency><groupId>dk.sdu</groupId><artifactId>lib</artifactId><version>1.0</version></dependency>
          </dependencies></dependencyManagement>
        </project>
        """
    private let lib = """
        <project><parent><groupId>dk.sdu</groupId><artifactId>root</artifactId><version>1.0</version></parent>
        <artifactId>lib</artifactId></project>
        """

    private func app(_ text: String) throws -> GraphOfTexts {
        try GraphOfTexts([
            "pom.xml": root, "lib/pom.xml": lib,
            "app/pom.xml": """
            <project>
              <parent><groupId>dk.sdu</groupId><artifactId>root</artifactId><version>1.0</version></parent>
              <artifactId>app</artifactId>
            \(text)
            </project>
            """,
        ])
    }

    @Test func `a project needs its parent, a module that is not there dangles`() throws {
        let graph = try app("")
        #expect(graph.edges == ["app -> . build app/pom.xml:2", "lib -> . build lib/pom.xml:1"])
        #expect(graph.dangling == [". ! gone pom.xml:6"])
        #expect(graph.modules == [". maven dk.sdu:root", "app maven dk.sdu:app", "lib maven dk.sdu:lib"])
    }

    @Test(arguments: [
        (
            "<dependencies><dependency><groupId>dk.sdu</groupId><artifactId>lib</artifactId></dependency></dependencies>",
            "build"
        ),
        (
            "<dependencies><dependency><groupId>${project.groupId}</groupId><artifactId>lib</artifactId><type>test-jar</type></dependency></dependencies>",
            "build"
        ),
        (
            "<dependencies><dependency><groupId>${group}</groupId><artifactId>lib</artifactId><scope>test</scope></dependency></dependencies>",
            "test"
        ),
        (
            "<dependencies><dependency><groupId>dk.sdu</groupId><artifactId><![CDATA[lib]]></artifactId><version>${project.version}</version></dependency></dependencies>",
            "build"
        ),
        (
            "<profiles><profile><dependencies><dependency><groupId>dk.sdu</groupId><artifactId>lib</artifactId></dependency></dependencies></profile></profiles>",
            "build"
        ),
        (
            "<build><plugins><plugin><artifactId>maven-x</artifactId><dependencies><dependency><groupId>dk.sdu</groupId><artifactId>lib</artifactId></dependency></dependencies></plugin></plugins></build>",
            "build"
        ),
        (
            "<build><plugins><plugin><groupId>dk.sdu</groupId><artifactId>lib</artifactId></plugin></plugins></build>",
            "build"
        ),
        (
            "<build><extensions><extension><groupId>dk.sdu</groupId><artifactId>lib</artifactId></extension></extensions></build>",
            "build"
        ),
        (
            "<dependencyManagement><dependencies><dependency><groupId>dk.sdu</groupId><artifactId>lib</artifactId><scope>import</scope></dependency></dependencies></dependencyManagement>",
            "build"
        ),
        (
            "<dependencies><dependency><groupId>dk.sdu</groupId><artifactId>lib</artifactId><exclusions><exclusion><groupId>a</groupId><artifactId>b</artifactId></exclusion></exclusions></dependency></dependencies>",
            "build"
        ),
    ])
    func `an artifact of the repository makes an edge`(text: String, kind: String) throws {
        #expect(try app(text).edges.contains("app -> lib \(kind) app/pom.xml:4"))
    }

    @Test(arguments: [
        "<!-- <dependencies><dependency><groupId>dk.sdu</groupId><artifactId>lib</artifactId></dependency></dependencies> -->",
        "<dependencyManagement><dependencies><dependency><groupId>dk.sdu</groupId><artifactId>lib</artifactId></dependency></dependencies></dependencyManagement>",
        "<dependencies><dependency><groupId>org.other</groupId><artifactId>lib</artifactId></dependency></dependencies>",
        "<dependencies><dependency><groupId>dk.sdu</groupId><artifactId>lib</artifactId><version>0.8</version></dependency></dependencies>",
        "<dependencies><dependency><groupId>dk.sdu</groupId><artifactId>lib</artifactId><version>${lib.version}</version></dependency></dependencies>",
        "<dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><exclusions><exclusion><groupId>dk.sdu</groupId><artifactId>lib</artifactId></exclusion></exclusions></dependency></dependencies>",
    ])
    func `a comment, a version from a repository or an exclusion makes none`(text: String) throws {
        #expect(try app(text).edges.filter { $0.contains("app -> lib") } == [])
    }

    @Test func `a parent is where its path says, or nowhere`() throws {
        let graph = try GraphOfTexts([
            "parent/pom.xml": "<project><groupId>g</groupId><artifactId>parent</artifactId></project>",
            "a/pom.xml":
                "<project>\n<parent><groupId>g</groupId><artifactId>parent</artifactId>\n<relativePath>../parent</relativePath></parent><artifactId>a</artifactId></project>",
            "b/pom.xml":
                "<project><parent><groupId>org</groupId><artifactId>boot</artifactId><relativePath/></parent></project>",
            "c/pom.xml":
                "<project><parent><groupId>g</groupId><artifactId>gone</artifactId>\n<relativePath>../gone/pom.xml</relativePath></parent></project>",
        ])
        #expect(graph.edges == ["a -> parent build a/pom.xml:2"])
        #expect(graph.dangling == ["c ! ../gone/pom.xml c/pom.xml:2"])
    }
}
